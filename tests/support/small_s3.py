"""As much of S3 as one bucket and small objects need: enough to see what our storage does when a bucket misbehaves."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from tests.support.bucket_server import SLOW_DOWN, BucketServer
from tests.support.scripted_server import Answer, Request

NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code><Message>There is none</Message></Error>"


class SmallS3(BucketServer):
    """Objects by path; uploads under way by id, with their paths. `away` answers 503 to everything.

    `changed_at` is the age of all of them, for listings.
    """

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, str] = {}
        self.changed_at = datetime.now(UTC)
        self.away = False

    def respond(self, request: Request) -> Answer:
        path, query = urlsplit(request.path).path, parse_qs(urlsplit(request.path).query, keep_blank_values=True)
        if self.away:
            return SLOW_DOWN
        if "uploads" in query or "uploadId" in query:
            return self._answer_upload(request, path, query)
        if "list-type" in query:
            return Answer(200, self._listing("ListBucketResult", "Contents", "LastModified", self.objects, path, query))
        if request.method == "PUT":
            self.objects[path] = request.body
            return Answer(200, headers={"ETag": '"1"'})
        if request.method == "DELETE":
            self.objects.pop(path, None)
            return Answer(204)
        found = self.objects.get(path)
        return Answer(404, NO_SUCH_KEY) if found is None else Answer(200, found, {"ETag": '"1"'})

    def _answer_upload(self, request: Request, path: str, query: dict[str, list[str]]) -> Answer:
        if request.method == "POST":
            upload = f"upload-{len(self.uploads)}"
            self.uploads[upload] = path
            text = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            return Answer(200, text.encode())
        if request.method == "DELETE":
            self.uploads.pop(query["uploadId"][0], None)
            return Answer(204)
        if request.method == "PUT":
            return Answer(200, headers={"ETag": '"1"'})
        upload_ids = {path: upload for upload, path in self.uploads.items()}
        return Answer(200, self._listing("ListMultipartUploadsResult", "Upload", "Initiated", upload_ids, path, query))

    def _listing(
        self,
        root: str,
        item: str,
        time: str,
        found: Mapping[str, str | bytes],
        bucket: str,
        query: dict[str, list[str]],
    ) -> bytes:
        folder, changed_at = f"{bucket.rstrip('/')}/", self.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        prefix = folder + query.get("prefix", [""])[0]
        rows = "".join(
            f"<{item}><Key>{path.removeprefix(folder)}</Key><Size>1</Size><UploadId>{value!s}</UploadId>"
            f"<{time}>{changed_at}</{time}></{item}>"
            for path, value in found.items()
            if path.startswith(prefix)
        )
        return f"<{root}><IsTruncated>false</IsTruncated>{rows}</{root}>".encode()
