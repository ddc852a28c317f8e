// Requests to the route of the Next.js example: node next_route.mjs ROUTE PHOTO; prints a list of JSON.
import { readFile } from "node:fs/promises";

const [routeFile, photo] = process.argv.slice(2);
const { POST } = await import(routeFile);

async function post(file) {
  const body = new FormData();
  if (file) body.append("photo", file);
  else body.append("other", "");
  const response = await POST(new Request("http://localhost/api/score", { method: "POST", body }));
  return { status: response.status, body: await response.json() };
}

const results = [
  await post(new File([await readFile(photo)], "photo.png")),
  await post(new File(["no photo"], "photo.png")),
  await post(),
];
console.log(JSON.stringify(results));
