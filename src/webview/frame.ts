/** Draws at most once for each frame of the screen, however often that is asked for, and not at all while nobody sees it. */
export class FrameLoop {
  private isRequested = false;

  constructor(private readonly draw: () => void) {}

  request(): void {
    if (this.isRequested) {
      return;
    }
    this.isRequested = true;
    requestAnimationFrame(() => {
      // Before drawing, so that what is asked for meanwhile, or a fault in it, does not stop the loop.
      this.isRequested = false;
      this.draw();
    });
  }
}
