/** Real media for the stand-in pages: the camera as it is here, and as it arrives over WebRTC; a shared screen. */

/** One's own camera. */
export function ownCamera() {
  return navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 } });
}

/** The stream as a remote participant would receive it: sent and received over WebRTC within this page. */
export async function received(stream) {
  const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
  sender.onicecandidate = ({ candidate }) => receiver.addIceCandidate(candidate);
  receiver.onicecandidate = ({ candidate }) => sender.addIceCandidate(candidate);
  const arrived = new Promise((resolve) => {
    receiver.ontrack = ({ streams }) => resolve(streams[0]);
  });
  for (const track of stream.getTracks()) sender.addTrack(track, stream);
  await sender.setLocalDescription(await sender.createOffer());
  await receiver.setRemoteDescription(sender.localDescription);
  await receiver.setLocalDescription(await receiver.createAnswer());
  await sender.setRemoteDescription(receiver.localDescription);
  return arrived;
}

/** Slides, as a remote screen share brings them: what changes is small, and comes often enough to start soon. */
export function slides() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const context = canvas.getContext("2d");
  let page = 0;
  const draw = () => {
    context.fillStyle = "#f4f1ea";
    context.fillRect(0, 0, 640, 360);
    context.fillStyle = "#23303f";
    context.font = "48px sans-serif";
    context.fillText(`Quarterly figures ${++page}`, 60, 190);
  };
  draw();
  setInterval(draw, 100);
  return received(canvas.captureStream(10));
}

/** Shows a stream in the page's video with this id. */
export async function show(id, stream) {
  const video = document.getElementById(id);
  video.srcObject = stream;
  await video.play();
}

/** An avatar for who has the camera off: drawn, so that the page needs no file. */
export function avatar(id) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 96, height: 96 });
  const context = canvas.getContext("2d");
  context.fillStyle = "#5b7fb4";
  context.fillRect(0, 0, 96, 96);
  document.getElementById(id).src = canvas.toDataURL();
}
