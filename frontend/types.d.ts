// The page's own types, for the type checker alone: no browser loads this file.

type AlbumState = import("./album/album.js").Album;
type AlbumSelection = import("./album/selection.js").Selection;
type Gallery = import("./shared/gallery.js").Gallery;
type Grid = import("./grid/grid.js").Grid;
type Moments = import("./album/moments.js").Moments;
type ProblemError = import("./server/errors.js").ProblemError;
type Session = import("./album/session.js").Session;
type SharedClient = import("./server/shared.js").SharedClient;
type Uploader = import("./upload/uploader.js").Uploader;
type Zoom = import("./viewer/zoom.js").Zoom;

type Stage =
  "pending" | "downscaling" | "ready" | "uploading" | "retrying" | "overloaded" | "waiting" | "scored" | "failed";

/** One photo, from its choice by the visitor. */
interface Item {
  /** Constant, unique on this page. */
  key: string;
  /** Grows when a photo that failed on the server is uploaded again. */
  attempt: number;
  /** The server's, after the upload. */
  id: string | null;
  /** With the path below the chosen folder. */
  name: string;
  /** Of the file. */
  identity: string;
  /** Of its choice. */
  order: number;
  /** Upload the file without downscaling. */
  original: boolean;
  stage: Stage;
  /** Uploaded share of its bytes, 0 to 1. */
  progress: number;
  /** Null for a photo of another visit. */
  file: File | null;
  /** By the server. */
  mediaType: string;
  /** Until it is uploaded. */
  prepared: PreparedPhoto | null;
  thumbnail: Blob | null;
  /** Null without a score. */
  summary: Summary | null;
  decision: Decision | null;
  /** Share links whose viewers marked the photo: a suggestion. */
  favourites: number;
  unsavedDecisions: number;
  problem: ProblemError | null;
  /** Aborts its requests. */
  controller: AbortController;
}

type AlbumCounts = ReturnType<AlbumState["counts"]>;

interface RecentAlbum {
  id: string;
  name: string;
}

/** Of a photo's moment among all moments, and of the photo in its moment. */
interface Standing {
  rank: number;
  pictures: number;
  /** What the picture is of. */
  kind: string | undefined;
  rankInKind: number;
  ofKind: number;
  frame: number;
  frames: number;
  /** The best frame of the moment. */
  top: Item;
}

type Sort = "score" | "worst" | "time" | "name" | "chosen";
type Filter = "all" | Verdict | "picked" | "rejected" | "undecided" | "favourites" | "sample";

interface ViewOptions {
  sort: Sort;
  show: Filter;
  /** Lowest number of stars. */
  stars: number;
  /** The groups to stack; `near`: moments. */
  stacks: "" | "near" | "scene";
  /** Ids of stacks that are spread out. */
  opened: Set<string>;
  /** Keys of randomly drawn photos. */
  sample: Set<string>;
}

interface Stack {
  id: string;
  items: Item[];
  open: boolean;
}

interface GridEntry {
  item: Item;
  stack: Stack | null;
  top: boolean;
}

interface GridListener {
  /** Another photo is active. */
  onActive: () => void;
  /** A thumbnail is loaded. */
  onThumbnail: () => void;
  onOpen: (item: Item) => void;
  onStack: (stack: Stack) => void;
}

/** Pixels. */
interface GridShape {
  columns: number;
  width: number;
  height: number;
}

interface CellContent {
  entry: GridEntry;
  index: number;
  total: number;
  verdict: Verdict | null;
  thumbnailUrl: string | null;
  active: boolean;
  marked: boolean;
}

type Changes = Partial<Choice>;
/** `alone`: reject the photo, not its stack. */
type Choose = (item: Item, changes: Changes, alone?: boolean) => void;

/** Photos of one decision with the same choice. */
interface JointChoice {
  items: Item[];
  changes: Changes;
}

/** `changes`: null to undo. */
interface DecisionRequest {
  id: string;
  photos: string[];
  changes: Changes | null;
}

/** `photo`: the first one's id. */
interface Undoable {
  id: string;
  photo: string;
  former: [Item, Decision | null][];
}

/** The album and its actions, for the dialogs. */
interface Culling {
  album: AlbumState;
  selection: AlbumSelection;
  grid: Grid;
  choose: Choose;
  /** To the next photo after a decision. */
  goOn: () => void;
  undo: () => void;
  /** The rest of the photo's moment, best first. */
  near: (item: Item) => Item[];
  /** Opens the comparison; returns why not. */
  compare: (items?: Item[]) => string;
  context: (item: Item) => PhotoContext;
  remove: (item: Item) => void;
  verdict: (item: Item) => Verdict | null;
}

/** What the album knows of a photo. */
interface PhotoContext {
  proposal: Proposal | null;
  standing: Standing | null;
  /** The frame of its moment to take in its place. */
  better: Item | null;
  /** Its thumbnail. */
  betterUrl: string | null;
}

interface DetailsActions {
  remove: (item: Item) => void;
  compare: (items: Item[]) => void;
}

interface AcceptActions {
  moments: () => Moments;
  selection: AlbumSelection;
  accept: () => void;
  showSample: () => void;
}

/** Of the comparison. */
interface Pane {
  item: Item;
  element: HTMLElement;
  bar: import("./viewer/decision-bar.js").DecisionBar;
}

/** In shares of the frame. */
interface Point {
  x: number;
  y: number;
}

interface Swipes {
  left: () => void;
  right: () => void;
  up: () => void;
  down: () => void;
}

/** Its middle, its sides, and its turn clockwise. */
interface SuggestedFrame {
  x: number;
  y: number;
  width: number;
  height: number;
  degrees: number;
}

/** Row by row, levels. */
interface Tiles {
  columns: number;
  rows: number;
  values: Float64Array;
}

type LayerMode = "map" | "clipping" | "focus" | "suggestions";

/** By `KeyboardEvent.key`. */
type KeyAction = (event: KeyboardEvent) => void;
/** Asks the visitor; resolves to "" without a key. */
type KeyPrompt = (code: string) => Promise<string>;
/** `skipped`: number of files that are no photos of their own. */
type OnFiles = (files: File[], skipped: number) => void;

interface RawResponse {
  status: number;
  contentType: string;
  retryAfter: string | null;
  text: string;
}

interface RequestOptions {
  method?: string;
  body?: unknown;
  /** Waiting time of the server. */
  extraMs?: number;
  /** Instead of the API key. */
  headers?: Record<string, string>;
}

interface ServerEvent {
  id: string;
  kind: string;
  data: any;
}

interface StreamState {
  lastEventId: string;
  deleted: boolean;
}

interface StreamListener {
  onEvent: (event: ServerEvent) => void;
  onOpen: () => void;
  /** A reconnect follows. */
  onLost: (problem: ProblemError) => void;
}

type DrawSource = ImageBitmap | OffscreenCanvas | HTMLCanvasElement;
type MakeCanvas = (width: number, height: number) => OffscreenCanvas | HTMLCanvasElement;

/** `blob`: null for a photo that is small already, or damaged. */
interface Downscaled {
  blob: Blob | null;
  thumbnail: Blob;
}

/** `thumbnail`: null for a format unknown to the browser. */
interface PreparedPhoto {
  blob: Blob;
  downscaled: boolean;
  thumbnail: Blob | null;
}

interface QueueEntry {
  /** The idempotency key: a repeated upload makes no second photo. */
  key: string;
  album: string;
  name: string;
  /** Of the file. */
  identity: string;
  original: boolean;
  /** `blob` is downscaled already. */
  prepared: boolean;
  blob: Blob | null;
}

/** Metadata of a photo: `text` has a letter a byte. */
type Metadata = Awaited<ReturnType<typeof import("./upload/metadata.js").readMetadata>>;

/** EXIF tags to copy, or how to copy the directory at a value: false for an empty one. */
type ExifRules = { [tag: number]: true | ((start: number, base: number, little: boolean) => boolean) };

/** A maker note: mark, bytes before the directory, tags of serial number and area in focus; origin of offsets and position
 * of the order of bytes, unless EXIF's. */
type MakerNote = [string, number, number[], number?, number?];
