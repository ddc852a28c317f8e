// Where the page begins.

import { showAbout } from "./about.js";
import { Album } from "./album.js";
import { byId } from "./find.js";
import { watchIntake } from "./intake.js";
import { ChosenPhoto } from "./photo.js";

const album = new Album();
const originals = byId("originals", HTMLInputElement);
let chosen = 0;

watchIntake((files) => {
  for (const file of files) {
    new ChosenPhoto(file, { original: originals.checked, order: chosen++, album }).go();
  }
});
showAbout();
