import type { Taste, TasteExport } from "./contract.js";
import { type Http, json } from "./http.js";

const PATH = "/v1/taste";

/** The calls about the taste of the API key's owner. */
export class TasteCalls {
  constructor(private readonly http: Http) {}

  /** The taste; of one that is on, after a training on all decisions so far. */
  get(): Promise<Taste> {
    return this.http.json(PATH);
  }

  /** Turns the taste on or off. */
  async switch(enabled: boolean): Promise<void> {
    await this.http.request(PATH, { method: "PUT", ...json({ enabled }) });
  }

  /** The model with its evidence. Throws `taste_not_found` before the first training. */
  export(): Promise<TasteExport> {
    return this.http.json(`${PATH}/model`);
  }

  /** Deletes model, evidence and switch. */
  async delete(): Promise<void> {
    await this.http.request(PATH, { method: "DELETE" });
  }
}
