// A page of an agent that was loaded whole (a reload, an address typed) in the tab of the desk: the desk comes back first, and shows
// this page in its frame, so that a conversation is found again. Any other tab stays an ordinary page.
if (window.sessionStorage.getItem("permanence.frame") && window.location.pathname !== "/desk") {
  window.sessionStorage.setItem("permanence.frame.page", window.location.pathname + window.location.search);
  window.location.replace("/desk");
}
