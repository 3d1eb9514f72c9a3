// A page of an agent that was loaded whole (a reload, an address typed) in the tab of the desk: the desk comes back first, and shows
// this page in its frame, so that a conversation is found again. Any other tab stays an ordinary page. The desk cannot frame pages of
// somebody who signs in (frame.js, LEAVE): brought there, they would come back here, for ever.
if (
  window.sessionStorage.getItem("permanence.frame") &&
  !/^\/(desk$|sign-in(\/|$)|invitation\/)/.test(window.location.pathname)
) {
  window.sessionStorage.setItem("permanence.frame.page", window.location.pathname + window.location.search);
  window.location.replace("/desk");
}
