/** Draws at most once for each frame of the screen, however often that is asked for, and not at all while nobody sees it. */
export class FrameLoop {
  private isRequested = false;
  private readonly afterFrame = new MessageChannel();

  /** @param onDrawn called when the frame is over for which it was drawn: its layout and its painting, too. */
  constructor(
    private readonly draw: () => void,
    onDrawn: () => void,
  ) {
    this.afterFrame.port1.onmessage = onDrawn;
  }

  request(): void {
    if (this.isRequested) {
      return;
    }
    this.isRequested = true;
    requestAnimationFrame(() => {
      // Before drawing, so that what is asked for meanwhile, or a fault in it, does not stop the loop.
      this.isRequested = false;
      this.draw();
      // A message is a task of its own, which comes after the rest of the frame.
      this.afterFrame.port2.postMessage(undefined);
    });
  }
}
