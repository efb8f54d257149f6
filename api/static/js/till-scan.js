// A card's square code, by the camera: with the browser's own reader, else with one that is loaded then.
"use strict";

const Scan = (() => {
  const camera = document.getElementById("camera");
  const video = camera.querySelector("video");
  const told = camera.querySelector("[role=alert]");
  const nonce = document.currentScript.nonce;
  const WIDEST = 640; // pixels that are looked through: more is slower, and no better
  const EVERY = 120; // milliseconds between two looks
  let stream = null;

  const loaded = (url) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.nonce = nonce;
      script.src = Till.script(url);
      script.onload = resolve;
      script.onerror = () => reject(new Error(camera.dataset.unloaded));
      document.head.append(script);
    });

  const native = async () => {
    const known = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
    if (!known.includes("qr_code")) {
      return null;
    }
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(video)).map((one) => one.rawValue)[0];
  };

  const ours = async (url) => {
    if (!window.jsQR) {
      await loaded(url);
    }
    const canvas = document.createElement("canvas");
    const drawn = canvas.getContext("2d", { willReadFrequently: true });
    return async () => {
      const scale = Math.min(1, WIDEST / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      drawn.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = drawn.getImageData(0, 0, canvas.width, canvas.height);
      const found = jsQR(data, width, height, { inversionAttempts: "dontInvert" });
      return found ? found.data : undefined;
    };
  };

  const close = () => {
    if (stream) {
      stream.getTracks().forEach((track) => track.stop());
    }
    stream = null;
    video.srcObject = null;
    if (camera.open) {
      camera.close();
    }
  };

  // Resolves with the text of a code that `fits`; with null when the camera is closed before.
  const read = async (readerUrl, fits) => {
    told.hidden = true;
    camera.showModal();
    try {
      const got = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (!camera.open) { // closed while the question stood: nobody looks at it any more
        got.getTracks().forEach((track) => track.stop());
        return null;
      }
      stream = got;
      video.srcObject = stream;
      await video.play();
      const look = (await native()) || (await ours(readerUrl));
      while (stream) {
        const text = video.videoWidth ? await look() : undefined;
        if (text !== undefined && fits(text)) {
          close();
          return text;
        }
        await new Promise((resolve) => setTimeout(resolve, EVERY));
      }
    } catch (error) {
      if (camera.open) {
        told.textContent = error.message === camera.dataset.unloaded ? error.message : camera.dataset.denied;
        told.hidden = false;
      }
    }
    return null;
  };

  camera.querySelector("button").addEventListener("click", close);
  camera.addEventListener("close", close);
  return { read };
})();
