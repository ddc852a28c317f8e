// What the TypeScript client does with a real stack: node client_js.mjs PACKAGE URL PHOTO…; prints one object of JSON.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

const [packageFolder, url, ...paths] = process.argv.slice(2);
const { Client } = await import(`${packageFolder}/dist/index.js`);
const critic = new Client(url, { timeoutMs: 60_000 });
const files = await Promise.all(paths.map(async (path) => new File([await readFile(path)], basename(path))));

const { critique } = await critic.score(files[0]);
const album = await critic.albums.create({ name: "JavaScript" });
const receipts = await critic.albums.add(album.id, files);
const counts = await critic.albums.wait(album.id);
const selection = await all(critic.albums.selection(album.id, { keep: 1 }));
const decisions = await critic.albums.decide(album.id, receipts[0].photo.id, { flag: "pick" });
const undone = await critic.albums.undo(album.id, receipts[0].photo.id);
const history = (await critic.albums.decisions(album.id, receipts[0].photo.id)).history.length;
const { keep } = await critic.albums.setKeep(album.id, 2);
const keepers = (await all(critic.albums.selection(album.id))).filter(({ verdict }) => verdict === "keep").length;
const correction = await critic.albums.correctGroups(album.id, "merge", receipts.map(({ photo }) => photo.id));
const applied = (await critic.albums.groupCorrections(album.id)).map(({ id }) => id === correction.id);
await critic.albums.withdrawGroupCorrection(album.id, correction.id);
const left = (await critic.albums.groupCorrections(album.id)).length;
const found = (await all(critic.albums.find({ name: "JavaScript" }))).map(({ id }) => id).includes(album.id);
const listed = (await all(critic.photos({ album: album.id }))).length;
const [entry] = await all(critic.photos({ album: album.id }, ["summary.score"]));
const chosen = await critic.photo(entry.id, 0, ["critique.score", "state"]);
if (Object.keys(chosen).sort().join() !== "critique,id,state" || chosen.critique.score !== entry.summary.score)
  throw new Error(`other fields: ${JSON.stringify([entry, chosen])}`);
const bytes = (await critic.original(receipts[0].photo.id)).size;
const chunks = await new Response(await critic.albums.exportStream(album.id, { format: "json" })).json();
await critic.taste.switch(true);
const { enabled } = await critic.taste.get();
await critic.taste.delete();
await critic.checkServer();
const nobody = await new Client("http://127.0.0.1:9").checkServer().catch(({ code }) => code);
const noSecrets = await critic.receiverSecrets("https://example.com/hook").catch(({ code }) => code);
const csv = await (await critic.albums.export(album.id, { format: "csv", keep: 1 })).text();
await critic.albums.delete(album.id);
const failure = await critic.score(new Blob(["no photo"])).catch((error) => error);
const gone = await critic.albums.get(album.id).catch((error) => error);

async function all(rows) {
  const found = [];
  for await (const row of rows) found.push(row);
  return found;
}

console.log(JSON.stringify({
  score: critique.score,
  counts,
  verdicts: selection.map(({ verdict }) => verdict).sort(),
  flags: [decisions.current?.flag, undone.current?.flag ?? null],
  lists: { enabled, applied, left, history, keep, keepers, found, listed, photos: chunks.photos.length },
  sameBytes: bytes === files[0].size,
  codes: [nobody, noSecrets],
  lines: csv.trim().split("\n").length,
  errors: [failure, gone].map(({ code, permanent }) => ({ code, permanent })),
}));
