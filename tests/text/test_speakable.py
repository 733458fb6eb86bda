import pytest

from avatar_serving.text.languages import Language, language_of
from avatar_serving.text.mandarin import read_number
from avatar_serving.text.speakable import speakable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is 10:30 am.", "It is ten thirty A.M."),
        ("on 2024-05-01", "on May first, 2024"),
        ("20°C and 5 km", "20 degrees Celsius and 5 kilometers"),
        ("3-5 days at -5", "3 to 5 days at minus 5"),
        ("see https://www.example.com/a?b=c.", "see example dot com."),
        ("mail joe.b@x.org", "mail joe dot b at x dot org"),
    ],
)
def test_english(text: str, said: str) -> None:
    assert speakable(text, "en") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("今天是2024年5月1日", "今天是二零二四年五月一日"),
        ("2024-05-01", "二零二四年五月一日"),
        ("10:05出发", "十点零五分出发"),
        ("概率50%，气温-5°C", "概率百分之五十，气温负五摄氏度"),
        ("￥25.50或$3", "二十五点五元或三美元"),
        ("1,250个人，2个苹果，第2个", "一千二百五十个人，两个苹果，第二个"),
        ("3-5公里，1/2", "三到五公里，二分之一"),
        ("电话13800138000", "电话一三八零零一三八零零零"),
        ("π约为3.14", "π约为三点一四"),
    ],
)
def test_mandarin(text: str, said: str) -> None:
    assert speakable(text, "zh") == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0", "零"), ("10", "十"), ("11", "十一"), ("20", "二十"), ("105", "一百零五"),
        ("110", "一百一十"), ("1005", "一千零五"), ("10005", "一万零五"), ("100000", "十万"),
        ("120000000", "一亿二千万"), ("100000001", "一亿零一"), ("007", "零零七"),
        ("2.50", "二点五零"),
    ],
)  # fmt: skip
def test_numbers_in_mandarin(number: str, said: str) -> None:
    assert read_number(number) == said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en"), ("你好", "zh"), ("我喜欢 Python", "zh"),
        ("The word 你好 means hello", "en"), ("", "en"), ("123", "en"),
    ],
)  # fmt: skip
def test_language(text: str, language: Language) -> None:
    assert language_of(text) == language
