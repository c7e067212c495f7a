// uPlot hands the browser's language to Intl when it is loaded, and Chromium under LANG=C calls it "en-US@posix", which Intl
// refuses: nothing would be drawn.
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}

export {};
