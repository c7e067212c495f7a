export function Logo() {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-7 shrink-0">
      <rect width="32" height="32" rx="8" className="fill-[light-dark(#2b4acb,#3c5be0)]" />
      <path
        d="M8 22 13 12l5 6 6-10"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="24" cy="8" r="2.4" fill="#9fe0c4" />
    </svg>
  );
}
