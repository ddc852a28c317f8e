// The key stays on the server: the browser sends photos here.
import { Client, CriticError } from "@photo-critic/client";

const critic = new Client(process.env.CRITIC_URL ?? "http://127.0.0.1:8000", { apiKey: process.env.CRITIC_API_KEY });

export async function POST(request: Request): Promise<Response> {
  const photo = (await request.formData()).get("photo");
  if (!(photo instanceof File)) return Response.json({ detail: "Send a photo." }, { status: 400 });
  try {
    const { critique } = await critic.score(photo);
    return Response.json({ score: critique!.score, reasons: critique!.reasons.map(({ sentence }) => sentence) });
  } catch (error) {
    if (!(error instanceof CriticError)) throw error;
    return Response.json({ detail: error.message }, { status: error.permanent ? 422 : 503 });
  }
}
