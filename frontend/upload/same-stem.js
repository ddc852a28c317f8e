import { relativePath } from "../album/file-identity.js";
import { CAMERA_SUFFIXES, FOREIGN_FOLDER, PHOTO_SUFFIXES, RAW_SUFFIXES } from "./file-kinds.js";

/** @param {string} path */
export const suffixOf = (path) => /\.[^./]*$/.exec(path)?.[0].toLowerCase() ?? "";

/** True for a photo that is neither hidden nor in a folder of another program. @param {File} file */
export function isPhotoOfFolder(file) {
  const folders = relativePath(file).split("/");
  const name = folders.pop() ?? "";
  return PHOTO_SUFFIXES.has(suffixOf(name)) && !name.startsWith(".") && !folders.some((folder) => FOREIGN_FOLDER.test(folder));
}

/** Of RAW files' pictures the JPEG, else the HEIC file. @param {File[]} files @returns {File[]} */
export function withoutRawOfPairs(files) {
  const found = new Set(files.map((file) => rank(file) + stem(file)));
  return files.filter((file) => {
    const [jpeg, heic, raw] = [0, 1, 2].map((kind) => found.has(kind + stem(file)));
    return rank(file) === 2 ? !jpeg && !heic : rank(file) !== 1 || !jpeg || !raw;
  });
}

/** JPEG, HEIC, RAW, other. @param {File} file */
function rank(file) {
  const suffix = suffixOf(file.name);
  if (RAW_SUFFIXES.has(suffix)) return 2;
  return CAMERA_SUFFIXES.has(suffix) ? Number(!suffix.startsWith(".j")) : 3;
}

/** Pixel phones call a pair PXL_1.RAW-01.COVER.jpg and PXL_1.RAW-02.ORIGINAL.dng. @param {File} file */
const stem = (file) => relativePath(file).toLowerCase().replace(/(\.raw-\d\d(\.mp)?\.(cover|original))?\.[^./]*$/, "");
