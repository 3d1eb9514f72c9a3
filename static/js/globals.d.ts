// What the checker of static/js cannot see by itself (`make lint`, jsconfig.json).
//
// A page's elements are what our templates make them: an id or a selector does not tell their kind, so what a query
// finds is `any`. Our own functions, their arguments, and what modules give one another are checked.

interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}

interface NonElementParentNode {
  getElementById(id: string): any;
}

interface Document {
  getElementById(id: string): any;
}

interface Element {
  closest(selectors: string): any;
}

/** Whatever an event happened to: mostly an element, as the selector before it says. */
interface EventTarget {
  [name: string]: any;
}

interface Event {
  readonly detail: any;
}

/** Scripts of static/vendor, and the one handle that journeys look at. */
interface Window {
  htmx: any;
  io: any;
  Plotly: any;
  Twilio: any;
  permanence: any;
  carrierPhone: any;
}

/** Only in an AudioWorklet. */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: any): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
