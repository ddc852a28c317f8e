// Moments: near duplicates and frames of a sequence; one picture is proposed. A pick settles its moment.

export class Moments {
  /** @param {Iterable<Item>} items @param {Map<string, Proposal>} proposals */
  constructor(items, proposals) {
    this.proposals = proposals;
    const scored = [...items].filter(({ stage }) => stage === "scored");
    /** @type {Map<string, Item[]>} */
    this.byId = Map.groupBy(scored, (item) => this.idOf(item));
    const picked = scored.filter(({ decision }) => decision?.flag === "pick");
    this.settled = new Set(picked.map((item) => this.idOf(item)));
    this.pickedSequences = new Set(picked.flatMap((item) => this.proposalOf(item)?.sequence ?? []));
    /** The top photos of the moments, best first, on demand. @type {Item[] | null} */
    this.ranking = null;
  }

  /** @param {Item} item @returns {Proposal | null} */
  proposalOf({ id }) {
    return (id && this.proposals.get(id)) || null;
  }

  /** @param {Item} item */
  idOf(item) {
    return this.proposalOf(item)?.moment ?? item.key;
  }

  /** All photos of the item's moment. @param {Item} item */
  photosOf(item) {
    return this.byId.get(this.idOf(item)) ?? [item];
  }

  /** Without a decision about the photo or its moment. @param {Item} item */
  isOpen(item) {
    return item.stage === "scored" && !item.decision?.flag && !this.settled.has(this.idOf(item));
  }

  /** The photographer's decision, otherwise the proposal.
   * @param {Item} item @returns {Verdict | null} */
  verdictOf(item) {
    const { decision } = item;
    if (decision?.flag) return decision.flag === "pick" ? "keep" : "reject";
    const proposal = this.proposalOf(item);
    if (this.settled.has(this.idOf(item))) return this.pickedSequences.has(proposal?.sequence ?? "") ? "keep" : "reject";
    return proposal?.verdict ?? null;
  }

  /** Photos with a proposal and without a decision: those to keep, and those of moments without such a photo. */
  open() {
    const isProposed = (/** @type {Item} */ item) => this.isOpen(item) && this.proposalOf(item) !== null;
    const open = [...this.byId.values()].filter((photos) => photos.some(isProposed));
    const isKeeper = (/** @type {Item} */ item) => isProposed(item) && this.verdictOf(item) === "keep";
    const keepers = open.flatMap((photos) => photos.filter(isKeeper));
    const dropped = open.filter((photos) => !photos.some(isKeeper));
    return { keepers, dropped: dropped.flatMap((photos) => photos.filter(isProposed)), moments: dropped };
  }

  /** Picked photos first, rejected ones last, the best first among equals. @param {Item[]} photos */
  inOrder(photos) {
    return photos.toSorted((a, b) => flagOrder(a) - flagOrder(b) || this.#quality(b) - this.#quality(a) || a.order - b.order);
  }

  /** @param {Item} item @returns {Standing | null} null before the first proposal */
  standingOf(item) {
    if (!this.proposalOf(item)) return null;
    this.ranking ??= this.#rank();
    const photos = this.inOrder(this.photosOf(item));
    const top = photos[0] ?? item;
    const kind = top.summary?.kind;
    const peers = this.ranking.filter(({ summary }) => summary?.kind === kind);
    return {
      rank: this.ranking.indexOf(top) + 1,
      pictures: this.ranking.length,
      kind,
      rankInKind: peers.indexOf(top) + 1,
      ofKind: peers.length,
      frame: photos.indexOf(item) + 1,
      frames: photos.length,
      top,
    };
  }

  #rank() {
    const tops = [...this.byId.values()].flatMap((photos) => this.inOrder(photos).slice(0, 1));
    return tops.filter((item) => this.proposalOf(item)).sort((a, b) => this.#quality(b) - this.#quality(a));
  }

  /** @param {Item} item */
  #quality(item) {
    return this.proposalOf(item)?.quality ?? 0;
  }

  /** Numbers of moments. */
  counts() {
    const decided = [...this.byId.values()].filter((photos) => !photos.some((item) => this.isOpen(item)));
    return { pictures: this.byId.size, decided: decided.length, picked: this.settled.size };
  }
}

/** @param {Item} item */
const flagOrder = ({ decision }) => (decision?.flag === "pick" ? 0 : decision?.flag === "reject" ? 2 : 1);
