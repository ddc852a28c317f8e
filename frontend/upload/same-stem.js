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

/** A RAW file belongs to the JPEG or HEIC file of the same name, which shows the picture as the photographer saw it.
 * @param {File[]} files @returns {File[]} without such RAW files */
export function withoutRawOfPairs(files) {
  const developed = new Set(files.filter((file) => CAMERA_SUFFIXES.has(suffixOf(file.name))).map(stem));
  return files.filter((file) => !RAW_SUFFIXES.has(suffixOf(file.name)) || !developed.has(stem(file)));
}

/** Pixel phones call a pair PXL_1.RAW-01.COVER.jpg and PXL_1.RAW-02.ORIGINAL.dng. @param {File} file */
const stem = (file) => relativePath(file).toLowerCase().replace(/(\.raw-\d\d(\.mp)?\.(cover|original))?\.[^./]*$/, "");
