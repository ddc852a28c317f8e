import pytest
from google.protobuf import text_format
from tritonclient.grpc.model_config_pb2 import ModelVersionPolicy

from critic_inference.errors import ModelUnusable, RequestRefused
from critic_inference.serving.version_policy import latest_count, parse_version, served_versions, versions_on_disk

PRESENT = (1, 2, 10)


@pytest.mark.parametrize(
    ("policy", "served"),
    [
        ("", (10,)),
        ("latest {}", (10,)),
        ("latest { num_versions: 2 }", (2, 10)),
        ("latest { num_versions: 9 }", (1, 2, 10)),
        ("all {}", (1, 2, 10)),
        ("specific { versions: [ 1, 10 ] }", (1, 10)),
        ("specific { versions: [ 2, 3 ] }", (2,)),
    ],
)
def test_the_version_policy(policy, served):
    assert served_versions(text_format.Parse(policy, ModelVersionPolicy()), PRESENT) == served


@pytest.mark.parametrize(
    ("policy", "count"),
    [("", 1), ("latest {}", 1), ("latest { num_versions: 2 }", 2), ("all {}", None), ("specific {}", None)],
)
def test_the_count_of_a_latest_policy(policy, count):
    assert latest_count(text_format.Parse(policy, ModelVersionPolicy())) == count


@pytest.mark.parametrize(("policy", "present"), [("", ()), ("specific { versions: [ 3 ] }", PRESENT)])
def test_a_policy_that_leaves_nothing(policy, present):
    with pytest.raises(ModelUnusable):
        served_versions(text_format.Parse(policy, ModelVersionPolicy()), present)


def test_only_numbered_folders_are_versions(tmp_path):
    for name in ("1", "10", "2", "0", "01", "old", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "7").write_text("a file")
    assert versions_on_disk(tmp_path) == (1, 2, 10)


def test_versions_as_requests_name_them():
    assert parse_version("") == -1
    assert parse_version("12") == 12


@pytest.mark.parametrize("text", ["0", "-1", "one", "1.0", " 1", "٣", "9" * 30])
def test_a_version_that_is_no_positive_number(text):
    with pytest.raises(RequestRefused, match="integral value > 0"):
        parse_version(text)
