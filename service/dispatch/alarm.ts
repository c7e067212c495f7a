/** A sleep that somebody else can end. Waking it before it sleeps ends the next sleep at once, so no wake is lost. */
export function createAlarm() {
  let awake = false;
  let wakeSleeper: (() => void) | undefined;
  return {
    ring(): void {
      awake = true;
      wakeSleeper?.();
    },
    async sleep(milliseconds: number): Promise<void> {
      if (!awake) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wakeSleeper = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wakeSleeper = undefined;
      awake = false;
    },
  };
}
