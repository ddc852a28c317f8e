// Scores a photo, by a server whose CRITIC_CORS_ORIGINS names the origin of this page.
//   npx esbuild page.ts --bundle --format=esm --outfile=page.js
import { Client } from "@photo-critic/client";

const critic = new Client("http://127.0.0.1:8000");
const [input, output] = [document.querySelector("input")!, document.querySelector("output")!];
input.onchange = async () => {
  const photo = await critic.score(input.files![0]!);
  output.value = photo.critique!.score.toFixed(1);
};
