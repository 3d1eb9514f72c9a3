// A page of an agent that was opened by itself. In the tab that was the desk (a full reload on another page) the desk comes back first,
// and shows this page in its frame: a conversation is found again. Any other tab stays an ordinary page.
const LAST = "permanence.frame";

if (window.sessionStorage.getItem(LAST) && window.location.pathname !== "/desk") {
  window.sessionStorage.setItem(LAST, window.location.pathname + window.location.search);
  window.location.replace("/desk");
}
