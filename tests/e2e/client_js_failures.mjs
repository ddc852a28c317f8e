// The TypeScript client with a server that fails: node client_js_failures.mjs PACKAGE; prints one object of JSON.
import { once } from "node:events";
import { createServer } from "node:http";

const { Client } = await import(`${process.argv[2]}/dist/index.js`);
const requests = [];
const lastEventIds = [];
let closed;

const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  if (request.url.endsWith("/decision")) return void request.resume().on("end", () => response.destroy());
  if (request.url === "/v1/models") return; // never answers
  if (!request.url.endsWith("/events")) return void response.end(JSON.stringify({ album: {}, photos: [] }));
  lastEventIds.push(request.headers["last-event-id"] ?? null);
  const second = lastEventIds.length === 2;
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write(event(lastEventIds.length, second ? 0 : 1));
  if (second) closed = once(response, "close");
  else setTimeout(() => response.destroy(), 100);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}`;

// Safari iterates over no stream; Node's fetch needs the iterator for bodies of requests.
const iterate = Object.getOwnPropertyDescriptor(ReadableStream.prototype, Symbol.asyncIterator);
delete ReadableStream.prototype[Symbol.asyncIterator];
const { pending } = await new Client(url).albums.wait("a");
await closed;
Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, iterate);
const lost = await new Client(url).albums.decide("a", "p", { flag: "pick" }).catch(({ code }) => code);
const begin = Date.now();
const stalled = await new Client(url, { timeoutMs: 300 }).models().catch(({ code }) => code);
const waitedMs = Date.now() - begin;

// The timeout is for no stream.
let seen = 0;
lastEventIds.length = 0;
for await (const _ of new Client(url, { timeoutMs: 50 }).albums.events("a")) if (++seen === 2) break;

function event(id, pending) {
  return `id: ${id}-0\nevent: photo_done\ndata: ${JSON.stringify({ counts: { pending } })}\n\n`;
}

const decisions = requests.filter((request) => request.startsWith("PUT")).length;
console.log(JSON.stringify({ pending, lastEventIds, lost, decisions, stalled, inTime: waitedMs < 5000, seen }));
server.closeAllConnections();
server.close();
