"""A person's own pictures: every ordinary kind is read, all else is refused in one line."""

import re
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from studies.data import pictures
from studies.errors import DataError

COLOUR = (16, 16, 3)
GREY = (16, 16, 1)
RED = (255, 0, 0)

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves a picture under a name, whose ending says the format."""

    def save_as(name: str, picture: Image.Image, **options: Any) -> Path:
        picture.save(tmp_path / name, **options)
        return tmp_path / name

    return save_as


def _read(file: Path, shape: tuple[int, int, int] = COLOUR) -> NDArray[np.uint8]:
    return pictures.read([file], shape).reshape(shape)


def _quarters() -> Image.Image:
    """Four colours: red, green, blue, white from the upper left, row by row; 40 x 40."""
    corners = np.array([[RED, (0, 255, 0)], [(0, 0, 255), (255, 255, 255)]], np.uint8)
    return Image.fromarray(corners.repeat(20, axis=0).repeat(20, axis=1))


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def _png(width: int, height: int, content: bytes = b"", comment: bytes = b"") -> bytes:
    """A grey PNG with a header of that size; the content may be less."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(content))
    return b"\x89PNG\r\n\x1a\n" + header + comment + pixels + _chunk(b"IEND", b"")


def _refused(file: Path, shape: tuple[int, int, int] = COLOUR) -> str:
    """What is said of the file after its name; in one line, and no warning."""
    with warnings.catch_warnings(), pytest.raises(DataError) as caught:
        warnings.simplefilter("error")
        pictures.read([file], shape)
    said = str(caught.value)
    assert said.startswith(f"{file} ")
    assert "\n" not in said
    return said.removeprefix(f"{file} ")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("picture.png", {}),
        ("picture.jpg", {"quality": 95, "subsampling": 0}),
        ("picture.gif", {}),
        ("picture.bmp", {}),
        ("picture.webp", {"lossless": True}),
        ("picture.tiff", {"compression": "tiff_lzw"}),
        ("no-ending", {"format": "PNG"}),
    ],
)
def test_every_ordinary_format_keeps_its_colours(
    save: Save, name: str, options: dict[str, Any]
) -> None:
    """Within what the format itself loses; the content says the format, not the name."""
    image = _read(save(name, _quarters(), **options))
    expected = np.asarray(_quarters())[[10, 10, 30, 30], [10, 30, 10, 30]]
    found = image[[4, 4, 12, 12], [4, 12, 4, 12]]
    np.testing.assert_allclose(found, expected, atol=12)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_gives_black_grey_and_white(save: Save, mode: str) -> None:
    """To colour models as to grey ones. Sixteen bits are scaled, not cut off at 255."""
    levels = np.array([0, 128, 255] if mode != "1" else [0, 255, 255])
    rows = levels.repeat(16)[:, np.newaxis].repeat(48, axis=1)
    if mode == "I;16":
        picture = Image.fromarray((rows * 257).astype(np.uint16))
    else:
        picture = Image.fromarray(rows.astype(np.uint8)).convert(mode)
    assert picture.mode == mode
    file = save("picture.png", picture)
    for shape in (COLOUR, GREY):
        image = _read(file, shape)
        assert image.shape == shape
        for row, level in zip([1, 8, 14], levels, strict=True):
            np.testing.assert_allclose(image[row], level, atol=3)


def test_cmyk_keeps_its_colours(save: Save) -> None:
    """As printers' JPEGs have it."""
    picture = Image.new("CMYK", (20, 20), (0, 255, 255, 0))
    np.testing.assert_allclose(_read(save("ink.jpg", picture))[8, 8], RED, atol=3)


@pytest.mark.parametrize("name", ["clear.png", "clear.gif", "clear.webp"])
def test_what_is_transparent_is_white(save: Save, name: str) -> None:
    """Not the colour that lies hidden there, which is black."""
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    picture.paste((*RED, 255), (0, 0, 10, 20))
    image = _read(save(name, picture))
    assert image[8, 14].tolist() == [255, 255, 255]
    np.testing.assert_allclose(image[8, 2], RED, atol=3)


def test_what_is_half_transparent_is_half_white(save: Save) -> None:
    """In the proportion of its alpha."""
    file = save("half.png", Image.new("RGBA", (20, 20), (255, 0, 0, 127)))
    np.testing.assert_allclose(_read(file)[8, 8], (255, 128, 128), atol=1)


@pytest.mark.parametrize("name", ["turned.jpg", "turned.png", "turned.webp", "turned.tiff"])
@pytest.mark.parametrize(
    ("orientation", "turn_back"),
    [
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
def test_a_picture_stands_upright_as_its_camera_said(
    save: Save, name: str, orientation: int, turn_back: Image.Transpose
) -> None:
    """All eight ways to hold one, by where the colours are."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = _read(save(name, _quarters().transpose(turn_back), exif=exif))
    upright = _read(save("upright.png", _quarters()))
    np.testing.assert_allclose(image[4::8, 4::8], upright[4::8, 4::8], atol=40)


def test_of_an_animation_the_first_frame_is_taken(save: Save) -> None:
    """Not the last, and not a mixture."""
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "lime")]
    file = save("moving.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)
    assert _read(file)[8, 8].tolist() == list(RED)


@pytest.mark.parametrize("size", [(300, 100), (100, 300)])
def test_the_middle_is_taken_and_nothing_is_squeezed(save: Save, size: tuple[int, int]) -> None:
    """A square model sees the square in the middle: all red, but where the filter reaches across
    its edge into the blue."""
    picture = Image.new("RGB", size, "blue")
    left, top = (size[0] - 100) // 2, (size[1] - 100) // 2
    picture.paste(RED, (left, top, left + 100, top + 100))
    image = _read(save("long.png", picture))
    assert (image[3:-3, 3:-3] == RED).all()
    np.testing.assert_allclose(image, np.broadcast_to(RED, COLOUR), atol=40)


def test_a_model_need_not_be_square(save: Save) -> None:
    """Height comes before width: the whole of a picture twice as wide as high is seen."""
    picture = Image.new("RGB", (80, 40), "blue")
    picture.paste(RED, (0, 0, 40, 40))
    image = _read(save("wide.png", picture), (8, 16, 3))
    assert image.shape == (8, 16, 3)
    assert (image[:, :5] == RED).all()
    assert (image[:, 11:] == (0, 0, 255)).all()


def test_fine_stripes_become_grey_where_they_are_made_smaller(save: Save) -> None:
    """Every pixel counts: a filter that picks some would give stripes of its own."""
    stripes = np.zeros((640, 640), np.uint8)
    stripes[:, ::2] = 255
    image = _read(save("stripes.png", Image.fromarray(stripes)), GREY)
    np.testing.assert_allclose(image, 128, atol=6)


def test_a_picture_of_the_models_size_stays_exactly_as_it_is(save: Save) -> None:
    """So the pictures of a data set give what the model was trained on."""
    pixels = np.random.default_rng(0).integers(0, 256, COLOUR, dtype=np.uint8)
    assert (_read(save("same.png", Image.fromarray(pixels))) == pixels).all()


@pytest.mark.parametrize("size", [(1, 1), (10_000, 1), (1, 10_000), (10_000, 5_000)])
def test_the_smallest_and_the_largest_are_read(save: Save, size: tuple[int, int]) -> None:
    """Up to the limits, whatever the proportions."""
    image = _read(save("extreme.png", Image.new("1", size, 1)))
    assert (image == 255).all()


def test_pictures_come_in_the_order_of_their_files(save: Save) -> None:
    """One array for all, of any sizes and modes."""
    files = [
        save("a.png", Image.new("RGB", (30, 20), RED)),
        save("b.jpg", Image.new("L", (7, 90), 0)),
        save("c.gif", Image.new("P", (1, 1), 0)),
    ]
    images = pictures.read(files, COLOUR)
    assert images.shape == (3, *COLOUR)
    assert images.dtype == np.uint8
    assert images[0, 8, 8].tolist() == list(RED)
    assert pictures.read([], COLOUR).shape == (0, *COLOUR)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((20_000, 1), "is 20,000 pixels wide, at most 10,000: make it smaller"),
        ((1, 20_000), "is 20,000 pixels high, at most 10,000: make it smaller"),
    ],
)
def test_a_side_too_long_is_refused(save: Save, size: tuple[int, int], said: str) -> None:
    """With its length."""
    assert _refused(save("long.png", Image.new("1", size))) == said


@pytest.mark.parametrize(
    "size", [(10_000, 5_001), (9_900, 9_900), (20_000, 20_000), (100_000, 100_000)]
)
def test_too_many_pixels_are_refused_from_the_header_alone(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """The file has no pixels that could be decoded, so nobody tried. Pillow would warn of the
    second, which nobody sees, and refuse the last two itself."""
    file = tmp_path / "bomb.png"
    file.write_bytes(_png(*size))
    assert "pixels" in (said := _refused(file))
    assert said.endswith(": make it smaller")


def test_text_that_expands_without_end_is_refused(tmp_path: Path) -> None:
    """A picture of one pixel with a comment of 100 MB, compressed into a thousandth of that."""
    file = tmp_path / "bomb.png"
    comment = b"Comment\0\0" + zlib.compress(bytes(100_000_000))
    file.write_bytes(_png(1, 1, bytes(2), _chunk(b"zTXt", comment)))
    assert _refused(file).startswith("is damaged or cut short (Decompressed data too large")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.png", b"", "is empty: name a picture"),
        ("text.png", b"just text\n", "is no PNG, JPEG, GIF, BMP, WEBP or TIFF picture"),
        ("header.png", b"\x89PNG\r\n\x1a\n", "is no PNG, .* or its beginning is damaged"),
    ],
)
def test_what_is_no_picture_is_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """Whatever it is called."""
    file = tmp_path / name
    file.write_bytes(content)
    assert re.match(said, _refused(file))


@pytest.mark.parametrize("name", ["drawing.eps", "picture.ppm", "picture.tga", "picture.ico"])
def test_other_formats_are_not_even_tried(save: Save, name: str) -> None:
    """Pillow can read them, one of them by starting Ghostscript."""
    said = _refused(save(name, _quarters()))
    assert said.startswith("is no PNG, JPEG, GIF, BMP, WEBP or TIFF picture")


@pytest.mark.parametrize(
    "name", ["cut.jpg", "cut.png", "cut.gif", "cut.bmp", "cut.webp", "cut.tiff"]
)
def test_half_a_file_is_refused(save: Save, name: str) -> None:
    """Half a picture would be judged like a whole one."""
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    file = save(name, Image.fromarray(noise))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert _refused(file).startswith("is damaged or cut short (")


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    """One that is missing, and a folder."""
    assert _refused(tmp_path / "none.png").startswith("cannot be read (No such file or directory)")
    assert _refused(tmp_path).startswith("cannot be read (Is a directory)")


@pytest.mark.parametrize("pixel", [np.int32, np.float32])
def test_pixels_of_32_bits_are_refused(save: Save, pixel: type) -> None:
    """Nobody knows what is white there, and a guess would give a black picture."""
    file = save("deep.tiff", Image.fromarray(np.ones((20, 20), pixel)))
    assert _refused(file) == (
        "has pixels of 32 bits, for which no white is agreed: save it with 8 bits"
    )


def test_one_bad_picture_among_good_ones_refuses_all(save: Save, tmp_path: Path) -> None:
    """And is the one named."""
    good = save("good.png", _quarters())
    with pytest.raises(DataError, match=r"^\S*none.png cannot be read"):
        pictures.read([good, tmp_path / "none.png", good], COLOUR)


def test_a_model_of_other_channels_is_refused(save: Save) -> None:
    """A picture has brightness or three colours."""
    with pytest.raises(DataError, match="takes images of 2 channels"):
        pictures.read([save("good.png", _quarters())], (16, 16, 2))


def test_damage_anywhere_gives_one_line_or_a_picture(save: Save, tmp_path: Path) -> None:
    """Whatever a decoder trips over: a hundred files of each format with bytes of chance."""
    chance = np.random.default_rng(0)
    file = tmp_path / "damaged"
    refused = 0
    for name in ("a.png", "a.jpg", "a.gif", "a.bmp", "a.webp", "a.tiff"):
        whole = np.frombuffer(save(name, _quarters()).read_bytes(), np.uint8)
        for _ in range(100):
            damaged = whole.copy()
            where = chance.integers(0, min(len(whole), 200), 5)
            damaged[where] = chance.integers(0, 256, 5)
            file.write_bytes(damaged.tobytes())
            try:
                pictures.read([file], COLOUR)
            except DataError as error:
                assert "\n" not in str(error)
                refused += 1
    assert refused > 100
