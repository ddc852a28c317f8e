// The start of the gallery of a share link: the token is the fragment of the address, which browsers send nowhere.

import { byId } from "../dom/elements.js";
import { translatePage } from "../dom/translate.js";
import { ProblemError, asProblem } from "../server/errors.js";
import { SharedClient } from "../server/shared.js";
import { gallerySentences, locale } from "../text/messages.js";
import { Gallery } from "./gallery.js";
import { promptForPin } from "./pin.js";

const { signal } = new AbortController();

async function start() {
  const token = location.hash.slice(1);
  if (!token) return fail(gallerySentences.noLink);
  const client = new SharedClient(token);
  try {
    const album = await fetchAlbum(client);
    describe(album);
    await new Gallery(client, album).loadMore();
  } catch (error) {
    fail(asProblem(error).message);
  }
}

/** The album, after a PIN where one is required. @param {SharedClient} client */
async function fetchAlbum(client) {
  try {
    return await client.fetchAlbum(signal);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "pin_required") throw error;
    await promptForPin((pin) => client.unlock(pin, signal));
    return client.fetchAlbum(signal);
  }
}

/** @param {SharedAlbum} album */
function describe(album) {
  const name = album.name || gallerySentences.untitled;
  byId("name").textContent = document.title = name;
  const date = new Date(album.expires_at).toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
  const facts = [album.photos ? `${gallerySentences.photos(album.photos)}.` : gallerySentences.noPhotos, gallerySentences.expires(date)];
  if (album.favourites) facts.push(gallerySentences.hearts);
  byId("facts").textContent = facts.join(" ");
}

/** @param {string} sentence */
function fail(sentence) {
  byId("problem").textContent = sentence;
}

translatePage();
window.addEventListener("hashchange", () => location.reload());
void start();
