// The fields of critic_core/contracts that the page reads. A test compares them with the Python classes.

type Level = "low" | "usual" | "high";
type PhotoState = "queued" | "running" | "done" | "failed";

interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  permanent: boolean;
}

interface Property {
  value: number;
  unit: string;
  level: Level;
  sentence: string;
}

interface Reason {
  code: string;
  sentence: string;
  favourable: boolean;
}

type EyeState = "open" | "closed" | "unknown";

interface Capture {
  taken_at?: string;
  exposure_seconds?: number;
  f_number?: number;
  iso?: number;
  exposure_bias_ev?: number;
  focal_length_mm?: number;
  camera?: string;
  lens?: string;
}

interface Face {
  left: number;
  top: number;
  width: number;
  height: number;
  eyes: EyeState;
}

interface Focus {
  detail_tiles: string;
}

interface Horizon {
  degrees: number;
  confidence: number;
}

interface ImageFacts {
  format: string;
  width: number;
  height: number;
  orientation: number;
  frames: number;
  notes: string[];
  capture?: Capture;
}

interface Provenance {
  model: string;
  version: string;
  weights_sha256: string;
  preprocessing_digest: string;
  device: string;
}

interface ScoreInterval {
  low: number;
  high: number;
  conclusive: boolean;
}

interface Critique {
  score: number;
  interval?: ScoreInterval;
  kind?: string;
  probability: number;
  percentile: number;
  reference: string;
  label: string;
  properties: Record<string, Property>;
  reasons: Reason[];
  image: ImageFacts;
  faces?: Face[];
  focus?: Focus;
  horizon?: Horizon;
  provenance: Provenance;
  timings_ms: Record<string, number>;
}

interface Photo {
  id: string;
  state: PhotoState;
  file_name?: string;
  size_bytes: number;
  sha256: string;
  expires_at: string;
  media_type: string;
  critique?: Critique;
  problem?: Problem;
}

type SuggestionKind = "exposure" | "straighten" | "crop";

interface Gain {
  percent: number;
  gain: number;
  gain_low: number;
  gain_high: number;
}

interface ExposureSuggestion {
  stops: number;
}

interface StraightenSuggestion {
  degrees: number;
  share: number;
}

interface CropSuggestion {
  left: number;
  top: number;
  width: number;
  height: number;
}

type Suggestion = Gain & { kind: SuggestionKind; number: number; sentence: string } & Partial<
    ExposureSuggestion & StraightenSuggestion & CropSuggestion
  >;

interface Suggestions {
  suggestions: Suggestion[];
}

type TasteState = "off" | "too_few" | "unproven" | "proven";

interface HeldOut {
  common: number;
  taste: number;
  gain_low: number;
  gain_high: number;
}

interface Taste {
  enabled: boolean;
  state: TasteState;
  decisions: number;
  held_out?: HeldOut;
}

interface DatasetCard {
  name: string;
  role: string;
  photos: number;
  licence: string;
  source: string;
}

interface Manifest {
  name: string;
  version: string;
  architecture: string;
  reference: { dataset: string; photos: number };
  datasets: DatasetCard[];
  summary: string;
}

interface PhotoReceipt {
  file_name?: string;
  photo?: Photo;
  duplicate: boolean;
  problem?: Problem;
}

interface Counts {
  photos: number;
}

interface Album {
  id: string;
  name?: string;
  created_at: string;
  expires_at: string;
  keep?: number;
  counts: Counts;
}

type Flag = "pick" | "reject";

interface Choice {
  flag?: Flag | null;
  stars?: number | null;
}

interface Decision extends Choice {
  id?: string;
}

interface JointDecision {
  id: string;
  photos: string[];
  flag?: Flag | null;
  stars?: number | null;
}

type CorrectionKind = "merge" | "separate";

interface NewGroupCorrection {
  id: string;
  kind: CorrectionKind;
  photos: string[];
}

interface Summary {
  score: number;
  percentile: number;
  label: string;
  width: number;
  height: number;
  taken_at?: string;
  kind?: string;
}

interface AlbumPhoto {
  id: string;
  state: PhotoState;
  file_name?: string;
  path?: string;
  media_type: string;
  summary?: Summary;
  problem?: Problem;
  decision?: Decision;
  favourites?: number;
}

type Verdict = "keep" | "maybe" | "reject";

interface Proposal {
  id: string;
  verdict: Verdict;
  quality: number;
  reasons: Reason[];
  decision?: Decision;
  moment?: string;
  scene?: string;
  sequence?: string;
}

interface KeepersAtRisk {
  expected: number;
  low: number;
  high: number;
}

interface SelectionPage {
  requested: number;
  keep: number;
  pictures: number;
  at_risk?: KeepersAtRisk | null;
  photos: Proposal[];
}

interface NewShare {
  favourites: boolean;
  originals: boolean;
  file_names: boolean;
  pin?: string;
}

interface Share {
  id: string;
  favourites: boolean;
  originals: boolean;
  pin_required: boolean;
  created_at: string;
  expires_at: string;
}

interface CreatedShare {
  page: string;
}

interface SharePass {
  share_pass: string;
}

interface SharedAlbum {
  name: string | null;
  photos: number;
  favourites: boolean;
  originals: boolean;
  expires_at: string;
}

interface SharedPhoto {
  id: string;
  width: number;
  height: number;
  file_name?: string;
  favourite: boolean;
}
