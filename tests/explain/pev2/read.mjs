// Shows plans in pev2, one after another, and prints what a person would see of each, a JSON object a line.
//
//   node read.mjs < plans      plans: a list of texts, in JSON
//
// pev2 is a component for browsers: happy-dom is the document that it is put into.
import { Window } from "happy-dom";

const window = new Window({ url: "http://localhost/" });
for (const name of Object.getOwnPropertyNames(window)) {
  if (/^[A-Z]/.test(name) && !(name in globalThis)) {
    globalThis[name] = window[name];
  }
}
for (const name of ["window", "document", "localStorage", "location", "requestAnimationFrame", "cancelAnimationFrame",
  "getComputedStyle"]) {
  Object.defineProperty(globalThis, name, { value: name === "window" ? window : window[name], configurable: true });
}

const { createApp, nextTick } = await import("vue");
const { Plan } = await import("pev2");

const chunks = [];
for await (const c of process.stdin) {
  chunks.push(c);
}
for (const planSource of JSON.parse(Buffer.concat(chunks).toString())) {
  const div = document.createElement("div");
  document.body.appendChild(div);
  const seen = { errors: [] };
  const app = createApp(Plan, { planSource, planQuery: "" });
  app.config.errorHandler = (e) => seen.errors.push(String(e));
  app.config.warnHandler = () => {};
  app.mount(div);
  for (let i = 0; i < 5; i++) {
    await nextTick();
  }
  const text = (e) => e.textContent.replace(/\s+/g, " ").trim();
  seen.text = text(div);
  app.unmount();
  div.remove();
  console.log(JSON.stringify(seen));
}
process.exit(0);
