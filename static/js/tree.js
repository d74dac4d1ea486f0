// The grid tree by keyboard: arrows walk, open and close; a name opens its card.
const NODE = "summary.node, .node.leaf a";

function visibleNodes(tree) {
  return [...tree.querySelectorAll("summary.node, .node.leaf")].filter((node) => node.offsetParent !== null);
}

function focusOf(node) {
  return node.matches("summary") ? node : node.querySelector("a");
}

function step(tree, node, by) {
  const nodes = visibleNodes(tree);
  const next = nodes[nodes.indexOf(node) + by];
  if (next) focusOf(next).focus();
}

function openOrClose(tree, node, open) {
  const details = node.matches("summary") ? node.parentElement : null;
  if (details && details.open !== open) details.open = open;
  else if (open) step(tree, node, 1);
  else focusOf(node.closest("li").parentElement.closest("li")?.querySelector(NODE)?.closest(".node") ?? node).focus();
}

function walk(event) {
  const tree = event.target.closest("[data-tree]");
  const node = event.target.closest(".node");
  if (!tree || !node) return;
  const moves = {
    ArrowDown: () => step(tree, node, 1),
    ArrowUp: () => step(tree, node, -1),
    ArrowRight: () => openOrClose(tree, node, true),
    ArrowLeft: () => openOrClose(tree, node, false),
  };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  move();
}

// A link inside a summary must follow, not fold.
function followLink(event) {
  if (event.target.closest("summary a")) event.stopPropagation();
}

for (const tree of document.querySelectorAll("[data-tree]")) {
  tree.addEventListener("keydown", walk);
  tree.addEventListener("click", followLink);
}
