// Announcements: a file that is too big is said at once, before it is sent for nothing.
import { toast } from "./page/toast.js";

document.addEventListener("change", (event) => {
  const cards = document.getElementById("line-cards");
  const input = event.target;
  if (!cards?.contains(input) || input.type !== "file" || !input.files.length) return;
  if (input.files[0].size <= Number(cards.dataset.limit)) return;
  input.value = "";
  toast(cards.dataset.tooBig, "stop");
});
