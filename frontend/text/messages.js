// The page's texts. Only the visitor's language is loaded.

import { language } from "./language.js";

/** @type {typeof import("./en.js")} */
const texts = language === "de" ? (await import("./de.js")).texts : await import("./en.js");

// prettier-ignore
export const {
  locale, page, sentences, stages, photos, percentileSentence, labelSentence, intervalSentence, rankSentence,
  scoreSentence, betterFrameName, eyeMarks, faceName, tiltSentence, modelName, reasonSentence,
  problemSentence, levelNames, heading, summary, throughputSentence, downscalingSentence, terms, units,
  accessibleName, verdictMarks, flagMarks, decidedSentence, tally, riskSentence, acceptSentence, exportSentence,
  zipSentence, shareSentence, gallerySentences, suggestionSentence, gainSentence, tasteSentence,
} = texts;
