// Deutsch: die Texte der Seite, der Galerie und der HTML-Dateien; die des Servers nach ihren Codes.

const locale = "de";

/** @param {number} milliseconds */
const seconds = (milliseconds) => {
  const count = Math.max(1, Math.round(milliseconds / 1000));
  return count === 1 ? "eine Sekunde" : `${count} Sekunden`;
};

/** @param {number} number */
const decimal = (number) => number.toLocaleString(locale, { maximumFractionDigits: 1 });

/** @type {Record<string, string>} */
const verdictNames = { keep: "zum Behalten vorgeschlagen", maybe: "vielleicht", reject: "nicht unter den zu behaltenden" };

/** @type {Record<string, string>} */
const labels = { pleasing: "gefällig", "not pleasing": "nicht gefällig" };

/** @type {Record<string, string>} */
const subjects = {
  people: "Menschen", animal: "Tiere", food: "Essen", landscape: "Landschaft", plant: "Pflanzen",
  building: "Gebäude", interior: "Innenraum", vehicle: "Fahrzeuge", object: "Gegenstände", text: "Schrift",
}; // prettier-ignore

/** @type {Record<string, string>} */
const units = {
  "share of edge contrast": "des Kantenkontrasts",
  levels: "Stufen",
  "RMS contrast": "Effektivkontrast",
  "colourfulness points": "Punkte Farbigkeit",
  "% of pixels (white +, black −)": "% der Pixel (Weiß +, Schwarz −)",
  "% of pixels": "% der Pixel",
  "degrees from neutral": "Grad von Neutral",
  "ratio of clarity": "Klarheit im Verhältnis",
  "% of the background": "% des Hintergrunds",
};

// Texte des Servers, nach ihren Codes

/** @param {string} sentence "… rank 12 of 237 pictures, 3 of 9 in its scene …" */
function ranks(sentence) {
  const [, rank, pictures, inScene, ofScene] = /rank (\d+) of (\d+) pictures(?:, (\d+) of (\d+) in its scene)?/.exec(sentence) ?? [];
  return `Rang ${rank} von ${pictures} Bildern${inScene ? `, ${inScene} von ${ofScene} der Szene` : ""}`;
}

const LAST_KEEPER = new RegExp("; (.*), the last kept one, has quality (\\d+), this one (\\d+)\\.$");
const KEEPERS_OF_SCENE = new RegExp(" are kept( \\(.*\\)): rank");
/** @type {[RegExp, string][]} */
const DIFFERENCES = [
  [/fine detail ([\d.]+) instead of/g, "Feinzeichnung $1 statt"],
  [/brightness ([\d.]+) instead of/g, "Helligkeit $1 statt"],
  [/(\d+ %) of lost highlights instead of/g, "verlorene Lichter $1 statt"],
  [/score ([\d.]+) instead of/g, "Wertung $1 statt"],
  [/quality ([\d.]+) instead of/g, "Qualität $1 statt"],
];

/** @param {string} sentence "DSC_1.jpg is better: fine detail 6.2 instead of 3.9." */
function betterSentence(sentence) {
  const [, name, differences] = /^(.*) is better: (.*)$/.exec(sentence) ?? [];
  if (!name || !differences) return "Ein fast gleiches Foto ist besser.";
  return `${name} ist besser: ${DIFFERENCES.reduce((text, [english, german]) => text.replace(english, german), differences)}`;
}

/** @param {string} sentence "…; DSC_1.jpg, the last kept one, has quality 61, this one 58." */
function outrankedSentence(sentence) {
  const [, name, last, quality] = LAST_KEEPER.exec(sentence) ?? [];
  const comparison = name ? `; ${name}, das letzte behaltene, hat Qualität ${last}, dieses ${quality}` : "";
  return `Genug andere Fotos stehen höher: ${ranks(sentence)}${comparison}.`;
}

/** @param {string} sentence "… are kept (DSC_1.jpg, DSC_2.jpg): …" */
function sceneSentence(sentence) {
  const names = KEEPERS_OF_SCENE.exec(sentence)?.[1] ?? "";
  return `Genug bessere Fotos dieser Szene bleiben${names}: ${ranks(sentence)}.`;
}

/** Some codes stand for a photo alone and for one of several alike. @param {string} alone @param {string} alike */
const either = (alone, alike) => (/** @type {string} */ sentence) => (/near duplicate/.test(sentence) ? alike : alone);

/** @type {Record<string, string | ((sentence: string) => string)>} */
const reasons = {
  among_the_best: (sentence) => `Es gehört zu den besten: ${ranks(sentence)}.`,
  picked_by_you: "Sie haben es gewählt.",
  next_best: (sentence) => `Bei doppelt so vielen würde es behalten: ${ranks(sentence)}.`,
  near_duplicate_weaker: betterSentence,
  enough_of_scene: sceneSentence,
  enough_of_chapter: (sentence) => `Genug bessere Fotos dieses Teils bleiben: ${ranks(sentence)}.`,
  outranked: outrankedSentence,
  rejected_by_you: "Sie haben es verworfen.",
  chose_another: (sentence) => sentence.replace(/^You chose (.*) instead\.$/, "Sie haben stattdessen $1 gewählt."),
  best_rejected_by_you: (sentence) =>
    sentence.replace(/^You rejected (.*), the best of its moment\.$/, "Sie haben $1, das beste des Moments, verworfen."),
  damaged: "Ein Teil der Datei ist beschädigt: sehen Sie es an.",
  best_in_group: "Es ist das beste unter den fast gleichen.",
  nearly_equal: "Es ist so gut wie das beste der fast gleichen, soweit sich das messen lässt.",
  sharpest_in_group: "Es ist das schärfste unter den fast gleichen.",
  better_exposed: "Es ist besser belichtet als andere der fast gleichen.",
  most_pleasing_in_group: "Es hat die höchste Wertung der fast gleichen.",
  noisier: "Es rauscht stärker als das schärfste der fast gleichen.",
  sharp_on_face: "Es ist auf dem Gesicht scharf.",
  sharp_on_subject: "Es ist auf dem Motiv scharf.",
  face_out_of_focus: "Die Schärfe liegt neben dem Gesicht: ein fast gleiches ist dort scharf.",
  subject_out_of_focus: "Die Schärfe liegt neben dem Motiv: ein fast gleiches ist dort scharf.",
  eyes_closed: "Augen sind geschlossen, in einem fast gleichen nicht.",
  tilted: "Das Foto ist schief, ein fast gleiches gerade.",
  blurred: either(
    "Nichts ist wirklich scharf: vielleicht falsch fokussiert oder verwackelt.",
    "Ein fast gleiches ist deutlich schärfer: dieses ist vielleicht falsch fokussiert oder verwackelt.",
  ),
  underexposed: either("Das ganze Foto ist sehr dunkel.", "Es ist deutlich dunkler als ein besser belichtetes, fast gleiches."),
  overexposed: either("Das ganze Foto ist sehr hell.", "Es ist deutlich heller als ein besser belichtetes, fast gleiches."),
  clipped_highlights: either(
    "Teile der Lichter sind rein weiß, ohne Zeichnung.",
    "In seinen Lichtern ist mehr verloren als in einem fast gleichen.",
  ),
  clipped_shadows: "Teile der Schatten sind rein schwarz, ohne Zeichnung.",
  crisp: "Die scharfen Stellen sind sehr klar.",
  flat_contrast: "Die Töne liegen dicht beieinander: das Foto wirkt flau.",
  strong_contrast: "Hell und Dunkel liegen weit auseinander: das gibt dem Foto Kraft.",
  vivid_colours: "Die Farben sind kräftig.",
  colour_cast: "Das ganze Foto hat einen Farbstich.",
  no_clear_subject: "Überall ist Zeichnung; kein Motiv hebt sich ab.",
  subject_stands_out: "Das Motiv hebt sich klar ab.",
  busy_background: "Der Hintergrund ist unruhig und lenkt ab.",
  calm_background: "Der Hintergrund ist ruhig.",
};

/** @type {Record<string, string>} */
const problems = {
  internal_error: "Ein unerwarteter Fehler des Servers. Ein neuer Versuch kann helfen.",
  photo_unusable: "Das Foto lässt sich nicht verwenden.",
  photo_empty: "Die Datei ist leer.",
  photo_too_large: "Die Datei ist größer als erlaubt.",
  photo_too_many_pixels: "Das Foto hat mehr Pixel als erlaubt.",
  photo_too_complex: "Das Foto zu lesen kostet mehr Speicher oder Arbeit als erlaubt.",
  photo_unsupported: "Die Datei ist kein Foto in einem bekannten Format.",
  photo_corrupt: "Die Datei ist beschädigt oder unvollständig.",
  photo_no_preview: "Die RAW-Datei enthält keine Vorschau.",
  photo_poison: "Das Foto hat die Bewertung mehrfach abstürzen lassen.",
  photo_timeout: "Das Foto ließ sich nicht in der erlaubten Zeit lesen.",
  photo_not_found: "Der Server hat dieses Foto nicht: gelöscht oder abgelaufen.",
  album_not_found: "Der Server hat dieses Album nicht: gelöscht oder abgelaufen.",
  album_full: "Das Album ist voll.",
  album_result_pending: "Das Ergebnis wird noch berechnet.",
  erasure_pending: "Das Löschen läuft noch.",
  too_many_pairs: "Zu viele Fotos des Albums sind einander ähnlich.",
  limit_reached: "Die Grenze für Alben, Fotos, Links oder Verbindungen ist erreicht.",
  sidecar_unreadable: "Die vorhandene Filialdatei ist kein lesbares XMP; sie bleibt, wie sie ist.",
  insight_pending: "Das Ergebnis wird noch berechnet.",
  taste_pending: "Der Geschmack wird noch gelernt.",
  suggestion_not_found: "Diesen Vorschlag gibt es nicht.",
  storage_keys_disabled: "Fotos aus dem Speicher des Servers sind abgeschaltet.",
  presigned_uploads_disabled: "Direktes Hochladen in den Speicher ist abgeschaltet.",
  invalid_storage_key: "Dieser Name einer Datei ist nicht erlaubt.",
  storage_key_not_found: "Im Speicher liegt keine Datei dieses Namens.",
  batch_not_found: "Diesen Auftrag gibt es nicht.",
  taste_not_found: "Es gibt keinen gelernten Geschmack.",
  preview_pending: "Die Vorschau ist noch nicht fertig.",
  invalid_request: "Der Server versteht die Anfrage nicht.",
  method_not_allowed: "Der Server erlaubt diese Anfrage nicht.",
  too_many_photos: "Zu viele Fotos in einer Anfrage.",
  request_too_large: "Die Anfrage ist zu groß.",
  upload_timeout: "Das Hochladen hat zu lange gedauert.",
  model_not_found: "Dieses Modell gibt es nicht.",
  photo_urls_disabled: "Dieser Server nimmt keine Fotos per Adresse an.",
  invalid_photo_url: "Die Adresse des Fotos ist nicht erlaubt.",
  photo_url_failed: "Unter der Adresse ist kein Foto.",
  webhooks_disabled: "Webhooks sind auf diesem Server abgeschaltet.",
  invalid_callback_url: "Diese Rückrufadresse ist nicht erlaubt.",
  delivery_not_found: "Diese Zustellung gibt es nicht.",
  share_not_found: "Diesen Link gibt es nicht: widerrufen oder abgelaufen.",
  pin_required: "Dieser Link verlangt eine PIN.",
  invalid_pin: "Die PIN ist falsch.",
  share_permission_denied: "Dieser Link erlaubt das nicht.",
  missing_api_key: "Dieser Server verlangt einen API-Schlüssel.",
  invalid_api_key: "Der API-Schlüssel ist unbekannt oder abgelaufen.",
  idempotency_key_reused: "Diese Anfrage wurde schon mit anderem Inhalt gestellt.",
  idempotency_in_progress: "Dieselbe Anfrage läuft noch.",
  overloaded: "Der Server ist überlastet.",
  rate_limited: "Zu viele Anfragen; bitte warten.",
  pin_locked: "Zu viele falsche PINs; bitte warten.",
  quota_exceeded: "Die Fotos dieses Schlüssels für heute sind verbraucht.",
  service_unavailable: "Ein Dienst antwortet nicht.",
  queue_unavailable: "Die Warteschlange antwortet nicht.",
  storage_unavailable: "Der Fotospeicher antwortet nicht.",
  queue_full: "Die Warteschlange ist voll; Löschen geht.",
  storage_full: "Der Server hat keinen Platz mehr; Löschen geht.",
  inference_unavailable: "Das Modell antwortet nicht.",
  inference_failed: "Das Modell hat dieses Foto abgelehnt.",
  not_ready: "Der Dienst startet noch.",
};

/** @type {Record<string, string>} */
const properties = {
  sharpness: "Schärfe",
  fine_detail: "Feinzeichnung",
  contrast: "Kontrast",
  saturation: "Sättigung",
  exposure: "Belichtung",
  clipping: "Beschnitt",
  highlights: "Lichter",
  white_balance: "Weißabgleich",
  subject_separation: "Abhebung des Motivs",
  background_flatness: "Ruhe des Hintergrunds",
};

/** @type {typeof import("./en.js")} */
export const texts = {
  locale,
  units,
  page: {
    "Scores for your photographs, which to keep, and why.": "Bewertungen Ihrer Fotos: welche Sie behalten, und warum.",
    "Drop a shoot. See which photos are worth keeping, and why.": "Laden Sie ein Shooting: welche Fotos lohnen sich, und warum?",
    "⚠ 0 failed": "⚠ 0 gescheitert",
    "Pause uploads": "Hochladen anhalten",
    "Add photos": "Hinzufügen",
    Export: "Export",
    Share: "Teilen",
    "About the score": "Zur Wertung",
    "Delete album": "Album löschen",
    Keys: "Tasten",
    "Photos scored": "Bewertete Fotos",
    Notices: "Hinweise",
    "This page needs JavaScript to upload your photographs.": "Diese Seite braucht JavaScript, um Fotos hochzuladen.",
    "Drop photos or a folder here": "Fotos oder einen Ordner hier ablegen",
    "Choose photos": "Fotos wählen",
    "Choose a folder": "Ordner wählen",
    "JPEG, PNG, WebP, AVIF, HEIC, JPEG XL, TIFF, GIF and camera RAW. Paste works, too.":
      "JPEG, PNG, WebP, AVIF, HEIC, JPEG XL, TIFF, GIF und Kamera-RAW. Auch Einfügen geht.",
    "Send originals": "Originale senden",
    "Otherwise the browser downscales photos to 1024 pixels before the upload: the critic uses no more.":
      "Sonst verkleinert der Browser Fotos vor dem Hochladen auf 1024 Pixel: mehr braucht die Bewertung nicht.",
    "Your latest albums": "Ihre letzten Alben",
    "Your photos": "Ihre Fotos",
    Sort: "Folge",
    "best first": "beste vorn",
    "worst first": "schwächste vorn",
    "by time taken": "nach Aufnahmezeit",
    "by name": "nach Namen",
    "as added": "wie hinzugefügt",
    Show: "Zeige",
    all: "alle",
    "to keep": "zu behalten",
    perhaps: "vielleicht",
    "not to keep": "nicht zu behalten",
    "picked by you": "von Ihnen gewählt",
    "rejected by you": "von Ihnen verworfen",
    undecided: "offen",
    "favourites of clients": "Favoriten von Kunden",
    "a sample of the rejects": "Stichprobe der Verworfenen",
    Stars: "Sterne",
    any: "alle",
    "★ or more": "ab ★",
    "★★ or more": "ab ★★",
    "★★★ or more": "ab ★★★",
    "★★★★ or more": "ab ★★★★",
    Stacks: "Stapel",
    moments: "Momente",
    scenes: "Szenen",
    none: "keine",
    Keep: "Behalten",
    "Number to keep": "Anzahl zu behalten",
    "Keep the best": "Die besten behalten",
    "Accept the rest": "Rest annehmen",
    Photos: "Fotos",
    "No photo to show here.": "Hier gibt es kein Foto zu zeigen.",
    "The chosen photo": "Das gewählte Foto",
    "What the score is, and what it is not": "Was die Wertung sagt, und was nicht",
    "The score estimates how beautiful people would find a photo: 50 is an ordinary one. The model learnt it from ratings of other photos. It does not know what the photo means to you, who is in it, or what the job was. It is a second opinion: your decision always comes first.":
      "Die Wertung schätzt, wie schön Menschen ein Foto fänden: 50 ist ein gewöhnliches. Das Modell hat das aus Urteilen über andere Fotos gelernt. Es weiß nicht, was das Foto Ihnen bedeutet, wer darauf ist oder wie der Auftrag lautete. Es ist eine zweite Meinung: Ihre Entscheidung geht immer vor.",
    "What happens to your photos": "Was mit Ihren Fotos geschieht",
    "The page uploads them to this server only, and no model is trained on them. The server deletes them after some days, and at once with “Delete album”.":
      "Die Seite lädt sie nur auf diesen Server, und kein Modell lernt von ihnen. Der Server löscht sie nach einigen Tagen, mit „Album löschen“ sofort.",
    Language: "Sprache",
    "The models and their training data": "Die Modelle und ihre Trainingsdaten",
    "Try all again": "Alle noch einmal",
    "Delete all of these": "Alle diese löschen",
    "Accept the proposal?": "Den Vorschlag annehmen?",
    Accept: "Annehmen",
    "A sample of the rejects": "Eine Stichprobe der Verworfenen",
    Close: "Schließen",
    "Over the photo": "Über dem Foto",
    Info: "Info",
    Clipping: "Beschnitt",
    Focus: "Schärfe",
    Map: "Karte",
    Suggestions: "Vorschläge",
    "100 %, or the whole photo": "100 % oder das ganze Foto",
    "Previous photo": "Voriges Foto",
    "Next photo": "Nächstes Foto",
    "Faces at 100 %": "Gesichter bei 100 %",
    Why: "Warum",
    "Near duplicates": "Fast gleiche",
    "Compare photos": "Fotos vergleichen",
    Compare: "Vergleich",
    "P: the winner. Z or double click: 100 %. Wheel, + and −: zoom. Drag or arrow keys: move.":
      "P: der Sieger. Z oder Doppelklick: 100 %. Rad, + und −: Zoom. Ziehen oder Pfeile: bewegen.",
    "Export your decisions": "Ihre Entscheidungen exportieren",
    "XMP sidecars": "XMP-Filialdateien",
    "stars and keywords for Lightroom and darktable": "Sterne und Stichwörter für Lightroom und darktable",
    "CSV table": "CSV-Tabelle",
    "one line a photo": "eine Zeile je Foto",
    "ZIP of the keepers": "ZIP der Behaltenen",
    "Contact sheet": "Kontaktbogen",
    "File names of the keepers": "Dateinamen der Behaltenen",
    "Copy the names": "Namen kopieren",
    "for viewing, sending or printing": "zum Ansehen, Senden oder Drucken",
    "Share this album": "Dieses Album teilen",
    "Whoever has the link sees previews of the photos, without scores and decisions. Hearts are suggestions to you.":
      "Wer den Link hat, sieht Vorschauen der Fotos, ohne Wertungen und Entscheidungen. Herzen sind Vorschläge an Sie.",
    Hearts: "Herzen",
    "File names": "Dateinamen",
    "Downloads of the uploaded files": "Herunterladen der hochgeladenen Dateien",
    "PIN (optional)": "PIN (freiwillig)",
    "Create a link": "Link erzeugen",
    "The link, shown only now": "Der Link, nur jetzt zu sehen",
    "Valid links": "Gültige Links",
    "My taste": "Mein Geschmack",
    "Your picks and rejects train a small model, which ranks your albums only if it beats the common score on decisions that it was not trained on. No score changes.":
      "Ihre Entscheidungen trainieren ein kleines Modell. Es ordnet Ihre Alben nur, wenn es die allgemeine Wertung an Entscheidungen übertrifft, die es nicht kennt. Keine Wertung ändert sich.",
    "Learn my taste": "Meinen Geschmack lernen",
    "Erase my taste": "Meinen Geschmack löschen",
    "Delete this album now?": "Dieses Album jetzt löschen?",
    "The server deletes its photos, scores and decisions at once. The files on your own disk stay as they are.":
      "Der Server löscht Fotos, Wertungen und Entscheidungen sofort. Die Dateien auf Ihrer Platte bleiben, wie sie sind.",
    "Delete everything": "Alles löschen",
    "Keep it": "Behalten",
    Space: "Leertaste",
    Esc: "Esc",
    Alt: "Alt",
    Backspace: "Rücktaste",
    Enter: "Eingabe",
    "go from photo to photo": "von Foto zu Foto",
    "open and close the viewer": "die große Ansicht öffnen und schließen",
    "pick the photo, reject the stack, and go on; with Shift, stay":
      "das Foto wählen, den Stapel verwerfen, und weiter; mit Umschalt bleiben",
    "reject one photo of a stack": "ein Foto eines Stapels verwerfen",
    "go back and undo": "zurück und rückgängig",
    "accept the proposal for all that is open": "den Vorschlag für alles Offene annehmen",
    "type the number to keep": "die Anzahl eintippen",
    "stars, no stars": "Sterne, keine Sterne",
    "spread a stack out, or collapse it": "einen Stapel ausbreiten oder falten",
    "mark, to decide about several; compare marked photos or a moment":
      "markieren, um über mehrere zu entscheiden; Markierte oder einen Moment vergleichen",
    "make marked photos one moment; with Shift, separate them": "Markierte zu einem Moment machen; mit Umschalt abtrennen",
    "100 % at the pointer, zoom": "100 % am Mauszeiger, Zoom",
    "in the viewer: camera, histogram (grey: the shoot), horizon":
      "große Ansicht: Kamera, Histogramm (grau: das Shooting), Horizont",
    "in the viewer: lost tones, focus, map of the score": "große Ansicht: verlorene Töne, Schärfe, Karte der Wertung",
    "in the viewer: suggestions for exposure, level and crop": "große Ansicht: Vorschläge für Belichtung, Lage und Schnitt",
    "this help": "diese Hilfe",
    "API key": "API-Schlüssel",
    "Stored in this tab only, until you close it.": "Nur in diesem Tab gespeichert, bis Sie ihn schließen.",
    "Use this key": "Diesen Schlüssel verwenden",
    "Not now": "Nicht jetzt",
    "Your decision": "Ihre Entscheidung",
    "✓ Pick": "✓ Wählen",
    "✕ Reject": "✕ Verwerfen",
    "Score, from 0 to 100": "Wertung von 0 bis 100",
    "Speaks for it": "Dafür spricht",
    "Speaks against it": "Dagegen spricht",
    "Off the usual": "Ungewöhnlich",
    Details: "Einzelheiten",
    "Shared photos": "Geteilte Fotos",
    "This gallery needs JavaScript.": "Diese Galerie braucht JavaScript.",
    "PIN of this gallery": "PIN dieser Galerie",
    Open: "Öffnen",
    "♥ Favourite": "♥ Favorit",
    Download: "Herunterladen",
  },
  sentences: {
    connectionLost: "Die Verbindung zum Server ist abgerissen. Prüfen Sie das Netz und versuchen Sie es noch einmal.",
    responseTimeout: (milliseconds) => `Der Server hat nicht geantwortet (${seconds(milliseconds)}).`,
    scoresLate: "Fotos sind angekommen, aber die Wertungen brauchen ungewöhnlich lange.",
    overloadedTooLong: "Der Server ist überlastet und nimmt zurzeit keine Fotos mehr an.",
    unreadableFile: "Der Browser kann diese Datei nicht lesen. Vielleicht wurde sie verschoben, oder sie ist ein Ordner.",
    unexpectedResponse: (status) => `Die Seite versteht die Antwort des Servers nicht (Status ${status}).`,
    pageError: "In der Seite ist ein unerwarteter Fehler aufgetreten. Ein neuer Versuch kann helfen.",
    noPreview: "Keine Vorschau",
    close: "Schließen",
    reload: "Neu laden",
    startOver: "Neu beginnen",
    tryAgain: "Noch einmal",
    delete: "Löschen",
    revoke: "Widerrufen",
    source: "Quelle",
    deletePhoto: "Dieses Foto löschen",
    yourDecision: "Ihre Entscheidung",
    inThisAlbum: (verdict) => `In diesem Album: ${verdictNames[verdict]}`,
    failedChip: (count) => `⚠ ${count} gescheitert`,
    failedTitle: (count) => (count === 1 ? "Ein Foto wurde nicht bewertet" : `${count} Fotos wurden nicht bewertet`),
    more: (count) => `und ${count} weitere`,
    pauseUploads: "Hochladen anhalten",
    resumeUploads: "Weiter hochladen",
    uploadsPaused: "Das Hochladen ruht",
    overloadedWaiting: "Der Server ist überlastet: die Seite wartet",
    preparingFile: "Die Datei wird vorbereitet …",
    exported: "Fertig: die Datei liegt bei Ihren Downloads.",
    copied: "Die Namen sind kopiert.",
    unnamedAlbum: "Ohne Namen",
    undo: "Rückgängig",
    markToMerge: "Markieren Sie zwei oder mehr Fotos mit M: G macht daraus einen Moment.",
    merged: (count) => `Die Momente von ${count} Fotos sind vereint.`,
    separated: (count) => `${texts.photos(count)} ${count === 1 ? "ist" : "sind"} jetzt ein eigener Moment.`,
    shown: (count) => `${texts.photos(count)} zu sehen`,
    keepOf: (keep, pictures) => `${keep} von ${pictures}`,
    stars: (count) => (count === 1 ? "Ein Stern" : `${count} Sterne`),
    marked: "vergleichen",
    scoresRelativeTo: (count, dataset) => `Wertungen im Vergleich mit ${count} Fotos von ${dataset}.`,
    dataset: (role, count, licence) => ` ${role}, ${count} Fotos. ${licence}. `,
    layerPending: "Wird berechnet …",
    layerHidden: "Ausgeblendet.",
    mapLegend: "Orange hebt die Wertung, Blau senkt sie. H blendet die Karte aus.",
    clippingLegend: "Rot: in Lichtern ist eine Farbe verloren. Blau: schwarze Schatten. J blendet sie aus.",
    focusLegend: "Grün: die feinste Zeichnung Ihrer Datei. F blendet sie aus.",
    measuredFocusLegend: "Grün: die feinste Zeichnung der hochgeladenen Kopie. F blendet sie aus.",
    preview: "Vorschau",
    sidecar: "XMP-Filialdatei",
    noSuggestion: "Kein Vorschlag: keine Änderung gewinnt mehr als Zufall.",
    suggestionsLegend: "Gemessen an geänderten Kopien; das Foto bleibt, wie es ist. V blendet sie aus.",
    noFocus: "Die Schärfe dieses Fotos wurde nicht gemessen.",
    info: "Kamera und Töne",
    histogram: "Histogramm des Fotos, vor dem des Shootings",
    compare: "Vergleichen",
    modelsUnavailable: "Die Beschreibung der Modelle konnte nicht geladen werden.",
    missingKey: "Dieser Server verlangt einen API-Schlüssel.",
    invalidKey: "Der Server kennt diesen Schlüssel nicht.",
    reconnecting: "Die Verbindung zum Server ist abgerissen. Die Seite verbindet sich selbst neu; nichts geht verloren.",
    albumDeleted: "Der Server hat dieses Album nicht mehr: es wurde gelöscht oder ist abgelaufen.",
    pageIncomplete: "Die Seite konnte nicht ganz geladen werden. Prüfen Sie das Netz und laden Sie sie neu.",
    unsavedDecisions: "Die Seite hält Ihre Entscheidungen fest und speichert sie später.",
    nothingToUndo: "Es gibt nichts rückgängig zu machen.",
    markMore: "Nichts zu vergleichen: markieren Sie zwei bis sechs Fotos mit M, oder wählen Sie eines mit fast gleichen.",
    accepted: "Der Vorschlag ist angenommen. U macht es rückgängig.",
    compared: (shown, all) => `${shown} von ${all}, die besten zuerst`,
    notUploaded: (count) =>
      `${texts.photos(count)} ${count === 1 ? "wurde" : "wurden"} vor dem Schließen der Seite nicht hochgeladen. Wählen Sie dieselben Dateien noch einmal: die Seite lädt nur diese hoch.`,
    skipped: (count) => (count === 1 ? "Eine Datei übersprungen, die kein Foto ist." : `${count} Dateien übersprungen, die keine Fotos sind.`),
    duplicates: (count) => `Übersprungen, weil schon im Album: ${texts.photos(count)}.`,
    expires: (date) => `Der Server speichert Fotos, Wertungen und Entscheidungen bis ${date}, wenn Sie sie nicht vorher löschen.`,
  },
  stages: {
    pending: "Wartet, bis es an der Reihe ist",
    downscaling: "Wird verkleinert",
    ready: "Bereit zum Hochladen",
    uploading: "Wird hochgeladen",
    retrying: "Verbindung weg, neuer Versuch",
    overloaded: "Der Server ist überlastet, wartet",
    waiting: "Wartet auf die Wertung",
    scored: "Bewertet",
    failed: "Nicht bewertet",
  },
  photos: (count) => (count === 1 ? "Ein Foto" : `${count.toLocaleString(locale)} Fotos`),
  percentileSentence({ percentile }, reference) {
    const share = Math.round(percentile);
    const source = reference ? ` (${reference})` : "";
    if (share <= 0) return `Niedriger bewertet als alle Vergleichsfotos${source}.`;
    if (share >= 100) return `Höher bewertet als alle Vergleichsfotos${source}.`;
    return `Höher bewertet als ${share} % der Vergleichsfotos${source}.`;
  },
  labelSentence: ({ label }) => `Eher ${labels[label] ?? label}`,
  intervalSentence({ interval, kind }) {
    const range = interval ? `Urteile von Menschen: wohl ${Math.round(interval.low)} bis ${Math.round(interval.high)}` : "";
    const doubt = interval && !interval.conclusive ? "; die bessere Hälfte erkennt das Modell hier nicht" : "";
    const subject = kind ? ` Wohl: ${subjects[kind] ?? kind}.` : "";
    return interval ? `${range}${doubt}.${subject}` : subject.trim();
  },
  rankSentence({ rank, pictures, kind, rankInKind, ofKind, frame, frames }) {
    if (frame > 1) return `${frame}. von ${frames} des Moments`;
    const inKind = kind && subjects[kind] && ofKind > 1 && ofKind < pictures ? ` · ${rankInKind}. von ${ofKind} (${subjects[kind]})` : "";
    return `${rank}. von ${pictures.toLocaleString(locale)}${inKind}`;
  },
  scoreSentence: ({ score }) => `Wertung ${Math.round(score)} von 100`,
  betterFrameName: ({ name }) => `Besser: ${name}`,
  eyeMarks: { open: "◉ offen", closed: "◡ zu", unknown: "? unklar" },
  faceName: (number) => `Gesicht ${number} bei 100 %: `,
  tiltSentence: (degrees) =>
    Math.abs(degrees) < 0.5
      ? "waagerecht"
      : `${decimal(Math.abs(degrees))}° ${degrees > 0 ? "im" : "gegen den"} Uhrzeigersinn`,
  suggestionSentence({ stops = 0, degrees = 0, width = 1, height = 1, kind }) {
    if (kind === "exposure") return `${decimal(Math.abs(stops))} ${Math.abs(stops) === 1 ? "Blende" : "Blenden"} ${stops > 0 ? "heller" : "dunkler"} gefiele es besser.`;
    if (kind === "crop") return `Ein Zuschnitt auf ${Math.round(100 * width * height)} % des Fotos gefiele besser.`;
    return `Geraderücken: ${decimal(Math.abs(degrees))}° ${degrees > 0 ? "im" : "gegen den"} Uhrzeigersinn.`;
  },
  gainSentence: ({ percent, gain, gain_low: low, gain_high: high }) =>
    low <= 0 ? "Die geraden Kanten stimmen überein; die Wertung sieht keinen klaren Unterschied." : `Gefällt zu ${Math.round(percent)} → ${Math.round(percent + gain)} %: ${decimal(gain)} Punkte (95 %: ${decimal(low)} bis ${decimal(high)})`,
  tasteSentence({ enabled, state, decisions, held_out: heldOut }) {
    if (!enabled) return "Aus: es ordnet die allgemeine Wertung.";
    if (state === "too_few") return `Nicht im Einsatz: nötig sind 50 entschiedene Bilder aus 10 Szenen, je 10 gewählt und verworfen. Entschieden: ${decisions}.`;
    const { taste = 0, common = 0, gain_low: low = 0, gain_high: high = 0 } = heldOut ?? {};
    const use = state === "proven" ? "Im Einsatz" : "Nicht im Einsatz, kein Gewinn ist belegt";
    const percent = (/** @type {number} */ share) => Math.round(100 * share);
    return `${use}: von zurückgehaltenen Paaren ordnet er ${percent(taste)} % wie Sie, die allgemeine Wertung ${percent(common)} % (Gewinn ${percent(low)} bis ${percent(high)} Punkte, 95 %). Entschiedene Bilder: ${decisions}.`;
  },
  modelName: (name, version) => `Modell ${name}, Version ${version}`,
  reasonSentence({ code, sentence }) {
    const german = reasons[code];
    return typeof german === "function" ? german(sentence) : (german ?? sentence);
  },
  problemSentence: (code, detail) => problems[code] ?? detail,
  levelNames: { low: "niedrig", usual: "gewöhnlich", high: "hoch" },
  heading: (name) => properties[name] ?? name,
  summary({ all, scored, failed }) {
    const done = scored === all ? `${texts.photos(all)} bewertet` : `${scored.toLocaleString(locale)} von ${all.toLocaleString(locale)} bewertet`;
    return failed ? `${done}, ${failed} gescheitert` : done;
  },
  throughputSentence({ perSecond, secondsLeft }) {
    const rate = (perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1))).toLocaleString(locale);
    const left = secondsLeft < 90 ? seconds(1000 * secondsLeft) : `${Math.round(secondsLeft / 60)} Minuten`;
    return `${rate} Fotos je Sekunde, noch ${left}`;
  },
  downscalingSentence: (uploaded, original) => `${uploaded} statt ${original} hochgeladen.`,
  terms: {
    camera: "Kamera",
    lens: "Objektiv",
    exposure: "Belichtung",
    taken: "Aufnahme",
    size: "Größe",
    uploaded: "Hochgeladen",
    downscaled: (size) => `, verkleinert von ${size}`,
    decoded: "Gelesen",
    probability: "Wahrscheinlichkeit",
    weights: "Gewichte",
    preprocessing: "Vorverarbeitung",
    device: "Berechnet auf",
    time: "Dauer",
    id: "Foto-ID",
  },
  accessibleName({ name, stage, summary: score, decision, favourites }, verdict, stack) {
    const facts = [name, score ? `Wertung ${Math.round(score.score)} von 100, ${texts.labelSentence(score)}` : texts.stages[stage]];
    if (decision?.flag) facts.push(decision.flag === "pick" ? "von Ihnen gewählt" : "von Ihnen verworfen");
    else if (verdict) facts.push(verdictNames[verdict] ?? "");
    if (decision?.stars) facts.push(texts.sentences.stars(decision.stars));
    if (favourites) facts.push(favourites === 1 ? "Favorit eines Kunden" : `Favorit von ${favourites} Kunden`);
    if (stack > 1) facts.push(`bestes von ${stack} ähnlichen`);
    return facts.join(", ");
  },
  verdictMarks: { keep: "● behalten", maybe: "◐", reject: "○" },
  flagMarks: { pick: "✓ gewählt", reject: "✕ verworfen" },
  decidedSentence([item, ...rest]) {
    if (!item) return "";
    const { name, decision } = item;
    const subject = rest.length ? `${name} und ${rest.length} weitere` : name;
    if (!decision?.flag && !decision?.stars) return `${subject}: keine Entscheidung`;
    const flag = decision.flag === "pick" ? "gewählt" : decision.flag === "reject" ? "verworfen" : "";
    const stars = decision.stars ? `${decision.stars} von 5 Sternen` : "";
    return `${subject}: ${[flag, stars].filter(Boolean).join(", ")}`;
  },
  tally: ({ pictures, decided, picked }, keep) =>
    `${decided} von ${pictures} · ${picked} behalten · noch ${Math.max(0, keep - picked)}`,
  riskSentence(head) {
    const risk = head?.at_risk;
    if (!risk || risk.high === 0) return "";
    return `Menschen würden etwa ${Math.round(risk.expected)} der verworfenen Bilder behalten (${risk.low} bis ${risk.high}).`;
  },
  acceptSentence: (keepers, dropped) =>
    keepers + dropped === 0
      ? "Über jedes Bild ist schon entschieden."
      : `Von den offenen Bildern wählt der Vorschlag ${texts.photos(keepers)} und verwirft ${dropped.toLocaleString(locale)} Bilder.`,
  exportSentence: (keepers) =>
    `Behalten: ${texts.photos(keepers)}, die von Ihnen gewählten und die besten der übrigen. Verworfene fehlen.`,
  zipSentence(keepers, reduced) {
    if (reduced === 0) return "die hochgeladenen Dateien, wie sie sind";
    const rest = keepers > reduced ? `; dazu unverändert: ${keepers - reduced}` : "";
    return `${reduced === 1 ? "Eine Kopie" : `${reduced} Kopien`} mit 1024 Pixeln, keine Originale${rest}`;
  },
  shareSentence({ created_at: created, expires_at: expires, favourites, originals, pin_required: pin }) {
    const date = (/** @type {string} */ moment) => new Date(moment).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
    const facts = [`Link vom ${date(created)}, bis ${date(expires)}`];
    if (favourites) facts.push("mit Herzen");
    if (originals) facts.push("mit Originalen");
    if (pin) facts.push("mit PIN");
    return facts.join(", ");
  },
  gallerySentences: {
    untitled: "Geteilte Fotos",
    noLink: "Diese Adresse ist unvollständig: öffnen Sie den ganzen Link, den Sie bekommen haben.",
    noPhotos: "Hier sind noch keine Fotos.",
    notSaved: "Das Herz konnte nicht gespeichert werden.",
    noOriginal: "Das Foto konnte nicht heruntergeladen werden.",
    photos: (count) => texts.photos(count),
    expires: (date) => `Verfügbar bis ${date}.`,
    hearts: "Herzen sind Vorschläge an den Fotografen.",
    photo: (number, total, name) => (name ? `${name}, Foto ${number} von ${total}` : `Foto ${number} von ${total}`),
    heart: (name) => `${name}: Favorit`,
  },
};
