"""Make the README's pictures from a finished demonstration: ``python scripts/pictures.py demo`` (needs Chromium)."""

from __future__ import annotations

import json
import re
import shutil
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from foundations.report.console import class_table
from foundations.report.model import Check, Exercise, Report

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
ASSIGNMENT = "01_matmul"
STUDENT = "last-product-only"


def main(demo: Path) -> None:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        terminal(browser.new_page(viewport={"width": 1120, "height": 800}, device_scale_factor=1.5), demo)
        graded_cell(browser.new_page(viewport={"width": 1000, "height": 1400}, device_scale_factor=1.5), demo)
        browser.close()
    for picture in PICTURES.glob("*.png"):
        with Image.open(picture) as full:
            full.convert("RGB").quantize(48, dither=Image.Dither.NONE).save(picture, optimize=True)


def terminal(page: Page, demo: Path) -> None:
    """Draw the table that ``foundations demo`` prints."""
    console = Console(record=True, width=116, file=StringIO())
    files = sorted((demo / "reports" / ASSIGNMENT).glob("*.json"))
    console.print(class_table([report(json.loads(file.read_text("utf-8"))) for file in files]))
    drawn = console.export_svg(title="foundations demo")
    # Rich's style sheet asks for a font from another host; an installed font is enough.
    drawn = re.sub(r"@font-face \\{.*?\\}", "", drawn, flags=re.DOTALL)
    page.set_content(f'<body style="margin: 0">{drawn}')
    page.locator("svg").first.screenshot(path=PICTURES / "demo.png")


def report(values: dict[str, Any]) -> Report:
    exercises = [
        Exercise(entry["id"], entry["max_score"], [_check(check) for check in entry["checks"]])
        for entry in values["exercises"]
    ]
    for exercise, entry in zip(exercises, values["exercises"], strict=True):
        for check in exercise.checks:
            check.gate = entry["score"] == 0  # not a key of the JSON; true if the failed check costs all points
    reason = values["reason"] if values["verdict"] == "ungraded" else None
    return Report(values["assignment"], values["submission"], exercises, reason, values["repairs"])


def _check(values: dict[str, Any]) -> Check:
    return Check(values["name"], values["outcome"], values["max_score"], values["message"], values["misconception"])


def graded_cell(page: Page, demo: Path) -> None:
    """Draw the first exercise of a feedback page: the student's answer and the feedback on it."""
    page.goto((demo / "feedback" / STUDENT / ASSIGNMENT / f"{ASSIGNMENT}.html").resolve().as_uri())
    answer = page.locator(".nbgrader_cell").first.bounding_box()
    table = page.locator(".foundations-checks").first.bounding_box()
    assert answer, "the answer is not on the page"
    assert table, "the table is not on the page"
    room = 12
    page.screenshot(
        path=PICTURES / "feedback.png",
        clip={
            "x": answer["x"] - room,
            "y": answer["y"],
            "width": answer["width"] + 2 * room,
            "height": table["y"] + table["height"] - answer["y"],
        },
        full_page=True,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
