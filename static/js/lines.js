// Announcements: a file that is too big is said at once, before it is sent for nothing.
import { toast } from "./page/toast.js";

const cards = document.getElementById("line-cards");

cards.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file" || !input.files.length) return;
  if (input.files[0].size <= Number(cards.dataset.limit)) return;
  input.value = "";
  toast(cards.dataset.tooBig, "stop");
});
