/**
 * @file The pad of the join page, bundled as `drawing.js`: what the network of the run reads in a drawn digit now, and the
 * gradient of that digit. A computation beside the run, in the page itself: nothing of it enters there.
 */
import { Predictor } from "../../../../shared/engine/predictor.ts";
import { parameterName } from "../../../../shared/model/parameter-name.ts";
import { chooseParameters } from "../../../../shared/model/shown-parameters.ts";
import type { Drawing, DrawingPage } from "../../../../shared/pages/drawing-script.ts";
import { element, watchVisible } from "../../../dashboard/page.ts";
import type { RunDescription } from "../../../watch/dashboard-messages.ts";
import { Pad } from "../../controls/pad.ts";
import { createKernel } from "../../kernel.ts";
import { fetchNow, type RunNow } from "./run-now.ts";

/** The network learns: a drawing is read again so often. */
const againMs = 2_000;

/** A run's network in this page. */
interface Network {
  readonly run: number;
  readonly description: RunDescription;
  readonly predictor: Predictor;
}

/** Puts the pad into its place, and reads what is drawn on it until the page is closed. */
export function openDrawing(page: DrawingPage): Drawing {
  return new OwnDrawing(page);
}

class OwnDrawing implements Drawing {
  readonly #page: DrawingPage;
  readonly #pad: Pad;
  readonly #isVisible: () => boolean;
  #pixels: Float32Array | undefined;
  #network: Network | undefined;
  #now: RunNow | undefined;
  #isFetching = false;

  constructor(page: DrawingPage) {
    this.#page = page;
    this.#pad = new Pad((pixels) => {
      this.#pixels = pixels;
      if (this.#now === undefined) this.look();
      else this.#read();
    });
    const place = element(page.placeId);
    place.append(this.#pad.canvas);
    this.#isVisible = watchVisible(place, () => this.look());
    setInterval(() => {
      if (this.#isVisible() && this.#pixels !== undefined) this.look();
    }, againMs);
  }

  look(): void {
    void this.#fetch();
  }

  clear(): void {
    this.#pixels = undefined;
    this.#pad.show(undefined);
    this.#page.read("nothing");
  }

  async #fetch(): Promise<void> {
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      const now = await fetchNow(this.#page.token(), this.#now);
      if (this.#network?.run !== now.run) {
        const { run, description } = now;
        // A kernel's memory only grows, so each run has its own, which is freed with the run.
        const predictor = new Predictor(await createKernel(), description.config);
        this.#network = { run, description, predictor };
      }
      this.#now = now;
      this.#read();
    } catch {
      this.#page.read(this.#pixels === undefined ? "nothing" : "away");
    } finally {
      this.#isFetching = false;
    }
  }

  #read(): void {
    const [pixels, network, now] = [this.#pixels, this.#network, this.#now];
    if (pixels === undefined || network === undefined || now === undefined) return;
    const { config, data } = network.description;
    if (!isOfDigits(network.description)) return this.#page.read("others");
    const { predictor } = network;
    const { parameters, step } = now;
    const outputs = [...predictor.outputs(parameters, pixels)];
    const sample = { features: pixels, target: [this.#page.digit()] };
    const gradient = predictor.gradient(parameters, sample);
    const { shape } = data.features;
    const rows = chooseParameters(config.model, shape).map((parameter) => ({
      name: parameterName(config.model, shape, parameter).short,
      gradient: gradient[parameter] ?? NaN,
    }));
    this.#page.read({ step, outputs, rows });
  }
}

/** Whether a run learns from pictures like those of the pad. */
function isOfDigits({ data: { features, target } }: RunDescription): boolean {
  const isOfSize = features.shape.join() === "28,28" || features.shape.join() === "28,28,1";
  return isOfSize && target.kind === "classes" && target.count === 10;
}
