// Runs before the first paint, so that a chosen theme never flashes. A file and not an inline script: the service's
// Content-Security-Policy allows no inline scripts.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme it is.
}
