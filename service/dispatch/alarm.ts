/** A sleep that somebody else can end. A wake that comes before the sleep ends it at once, so none is lost. */
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
