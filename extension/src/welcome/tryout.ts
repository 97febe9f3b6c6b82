/**
 * A call with oneself: one's own camera, or a still portrait, sent through WebRTC and back, so that the content script
 * takes it for somebody else's tile and the host judges it. Nothing of it leaves the page but to the host.
 */
import { element } from "../shared/page/dom";

export type Subject = "camera" | "astronaut";

const [WIDTH, HEIGHT] = [640, 480];
const FPS = 20;
/** Seconds that the portrait's slow movement takes before it begins again. */
const LOOP_S = 6;
/** Of the astronaut's face in her picture, pixels. */
const FACE = { x: 216, y: 120 };
const ZOOM = 1.6;
/** How far down her face is, so that she fills the picture. */
const MIDDLE_PX = 174;

export class Tryout {
  private readonly stop: (() => void)[] = [];

  constructor(private readonly tile: HTMLVideoElement) {}

  /** Rejects when there is no camera, or it may not be used. */
  async start(subject: Subject): Promise<void> {
    this.end();
    const stream = subject === "camera" ? await this.camera() : await this.portrait();
    this.tile.srcObject = await this.throughTheNet(stream);
    await this.tile.play();
  }

  end(): void {
    for (const stop of this.stop.splice(0)) stop();
    this.tile.srcObject = null;
  }

  private async camera(): Promise<MediaStream> {
    const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT } };
    return this.ending(await navigator.mediaDevices.getUserMedia({ video: size }));
  }

  /** A picture that does not move is no live picture: the portrait sways a little, as people do. */
  private async portrait(): Promise<MediaStream> {
    const picture = element("img", { src: "astronaut.jpg", alt: "" });
    await picture.decode();
    const canvas = element("canvas", { width: `${WIDTH}`, height: `${HEIGHT}` });
    const context = canvas.getContext("2d", { alpha: false });
    const begun = performance.now();
    const draw = () => {
      const phase = ((performance.now() - begun) / 1000 / LOOP_S) * 2 * Math.PI;
      const zoom = ZOOM + 0.04 * Math.sin(phase);
      context?.setTransform(1, 0, 0, 1, WIDTH / 2 + 6 * Math.sin(phase), MIDDLE_PX + 4 * Math.sin(3 * phase));
      context?.rotate((1.5 * Math.sin(2 * phase) * Math.PI) / 180);
      context?.scale(zoom, zoom);
      context?.drawImage(picture, -FACE.x, -FACE.y);
    };
    draw();
    const timer = setInterval(draw, 1000 / FPS);
    this.stop.push(() => clearInterval(timer));
    return this.ending(canvas.captureStream(FPS));
  }

  private ending(stream: MediaStream): MediaStream {
    this.stop.push(() => {
      for (const track of stream.getTracks()) track.stop();
    });
    return stream;
  }

  /** Out of one end of a connection within this page, and in at the other. */
  private async throughTheNet(stream: MediaStream): Promise<MediaStream> {
    const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()];
    this.stop.push(() => {
      here.close();
      there.close();
    });
    here.onicecandidate = ({ candidate }) => void there.addIceCandidate(candidate ?? undefined);
    there.onicecandidate = ({ candidate }) => void here.addIceCandidate(candidate ?? undefined);
    const arrived = new Promise<MediaStream>((resolve) => {
      there.ontrack = ({ track, streams: [received] }) => resolve(received ?? new MediaStream([track]));
    });
    for (const track of stream.getVideoTracks()) here.addTrack(track, stream);
    await here.setLocalDescription();
    await there.setRemoteDescription(here.localDescription as RTCSessionDescription);
    await there.setLocalDescription();
    await here.setRemoteDescription(there.localDescription as RTCSessionDescription);
    return arrived;
  }
}
