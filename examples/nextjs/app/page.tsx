"use client";
// npx create-next-app@latest; npm install @photo-critic/client; then copy this folder's `app` over its own.
import { useState } from "react";

export default function Page() {
  const [text, setText] = useState("");

  async function score(file: File) {
    const body = new FormData();
    body.append("photo", file);
    const reply = await (await fetch("/api/score", { method: "POST", body })).json();
    setText(reply.detail ?? [reply.score.toFixed(1), ...reply.reasons].join(" "));
  }

  return (
    <main>
      <input type="file" accept="image/*" onChange={({ target }) => target.files?.[0] && score(target.files[0])} />
      <output>{text}</output>
    </main>
  );
}
