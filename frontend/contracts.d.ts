// The fields of critic_core/contracts that the page reads. A test compares them with the Python classes.

export type Level = "low" | "usual" | "high";
export type PhotoState = "queued" | "running" | "done" | "failed";

export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  permanent: boolean;
}

export interface Property {
  value: number;
  unit: string;
  level: Level;
  sentence: string;
}

export interface Reason {
  code: string;
  sentence: string;
  favourable: boolean;
}

export type EyeState = "open" | "closed" | "unknown";

export interface Capture {
  taken_at?: string;
  exposure_seconds?: number;
  f_number?: number;
  iso?: number;
  exposure_bias_ev?: number;
  focal_length_mm?: number;
  camera?: string;
  lens?: string;
}

export interface Face {
  left: number;
  top: number;
  width: number;
  height: number;
  eyes: EyeState;
}

export interface Focus {
  detail_tiles: string;
}

export interface Horizon {
  degrees: number;
  confidence: number;
}

export interface ImageFacts {
  format: string;
  width: number;
  height: number;
  orientation: number;
  frames: number;
  notes: string[];
  capture?: Capture;
}

export interface Provenance {
  model: string;
  version: string;
  weights_sha256: string;
  preprocessing_digest: string;
  device: string;
}

export interface ScoreInterval {
  low: number;
  high: number;
  conclusive: boolean;
}

export interface Critique {
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

export interface Photo {
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

export type SuggestionKind = "exposure" | "straighten" | "crop";

export interface Gain {
  percent: number;
  gain: number;
  gain_low: number;
  gain_high: number;
}

export interface ExposureSuggestion {
  stops: number;
}

export interface StraightenSuggestion {
  degrees: number;
  share: number;
}

export interface CropSuggestion {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Suggestion = Gain & { kind: SuggestionKind; number: number; sentence: string } & Partial<
    ExposureSuggestion & StraightenSuggestion & CropSuggestion
  >;

export interface Suggestions {
  suggestions: Suggestion[];
}

export type TasteState = "off" | "too_few" | "unproven" | "proven";

export interface HeldOut {
  common: number;
  taste: number;
  gain_low: number;
  gain_high: number;
}

export interface Taste {
  enabled: boolean;
  state: TasteState;
  decisions: number;
  held_out?: HeldOut;
}

export interface DatasetCard {
  name: string;
  role: string;
  photos: number;
  licence: string;
  source: string;
}

export interface Manifest {
  name: string;
  version: string;
  architecture: string;
  reference: { dataset: string; photos: number };
  datasets: DatasetCard[];
  summary: string;
}

export interface PhotoReceipt {
  file_name?: string;
  photo?: Photo;
  duplicate: boolean;
  problem?: Problem;
}

export interface Counts {
  photos: number;
}

export interface Album {
  id: string;
  name?: string;
  expires_at: string;
  keep?: number;
  counts: Counts;
}

export type Flag = "pick" | "reject";

export interface Choice {
  flag?: Flag | null;
  stars?: number | null;
}

export interface Decision extends Choice {
  id?: string;
}

export interface JointDecision {
  id: string;
  photos: string[];
  flag?: Flag | null;
  stars?: number | null;
}

export type CorrectionKind = "merge" | "separate";

export interface NewGroupCorrection {
  id: string;
  kind: CorrectionKind;
  photos: string[];
}

export interface Summary {
  score: number;
  percentile: number;
  label: string;
  width: number;
  height: number;
  taken_at?: string;
  kind?: string;
}

export interface AlbumPhoto {
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

export type Verdict = "keep" | "maybe" | "reject";

export interface Proposal {
  id: string;
  verdict: Verdict;
  quality: number;
  reasons: Reason[];
  decision?: Decision;
  moment?: string;
  scene?: string;
  sequence?: string;
}

export interface KeepersAtRisk {
  expected: number;
  low: number;
  high: number;
}

export interface SelectionPage {
  requested: number;
  keep: number;
  pictures: number;
  at_risk?: KeepersAtRisk | null;
  photos: Proposal[];
}

export interface NewShare {
  favourites: boolean;
  originals: boolean;
  file_names: boolean;
  pin?: string;
}

export interface Share {
  id: string;
  favourites: boolean;
  originals: boolean;
  pin_required: boolean;
  created_at: string;
  expires_at: string;
}

export interface CreatedShare {
  page: string;
}

export interface SharePass {
  share_pass: string;
}

export interface SharedAlbum {
  name: string | null;
  photos: number;
  favourites: boolean;
  originals: boolean;
  expires_at: string;
}

export interface SharedPhoto {
  id: string;
  width: number;
  height: number;
  file_name?: string;
  favourite: boolean;
}
