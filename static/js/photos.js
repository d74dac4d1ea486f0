// Thumbnails under a plain photo button: shows what was chosen, lets one be taken out again.
// Inputs with data-photo are evidence and belong to photo.js once it is armed.
function draw(input, list) {
  list.replaceChildren(...[...input.files].map((file, index) => thumbnail(input, list, file, index)));
  const words = input.closest(".shot")?.querySelector("[data-shot-text]");
  if (!words) return;
  words.dataset.empty ??= words.textContent;
  const unit = input.accept.includes("image") ? "张" : "个";
  words.textContent = input.files.length ? `已选 ${input.files.length} ${unit}，点此重选` : words.dataset.empty;
}

function thumbnail(input, list, file, index) {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    item.append(image);
  }
  const caption = document.createElement("small");
  caption.textContent = `${file.name} · ${size(file.size)}`;
  item.append(caption);
  if (input.multiple) item.append(removal(input, list, index));
  return item;
}

function removal(input, list, index) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: "×" });
  button.setAttribute("aria-label", `去掉第 ${index + 1} 张`);
  button.addEventListener("click", () => {
    const kept = new DataTransfer();
    [...input.files].forEach((file, place) => place !== index && kept.items.add(file));
    input.files = kept.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return button;
}

function size(bytes) {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function watchPhotos(root) {
  for (const list of root.querySelectorAll("[data-thumbs]:not([data-watched])")) {
    const input = document.getElementById(list.dataset.thumbs);
    if (!input) continue;
    list.dataset.watched = "yes";
    const shot = input.closest(".shot");
    input.addEventListener("change", () => input.dataset.armed || draw(input, list));
    input.addEventListener("dragenter", () => shot?.classList.add("drop"));
    for (const name of ["dragleave", "drop"]) input.addEventListener(name, () => shot?.classList.remove("drop"));
  }
}
