"""The words that pen names are made of: kind, plain, and about nobody. Sixty-odd of each."""

from __future__ import annotations

MANNERS = tuple(
    """
    Able Amber Awake Bold Brave Breezy Bright Brisk Calm Careful Cheerful Clear Clever Cosy Curious Daring Eager Early
    Easy Fair Fine Fond Free Fresh Gentle Glad Golden Good Grand Green Happy Hearty Hopeful Humble Jolly Keen Kind
    Lively Loyal Lucky Mellow Merry Mild Modest Neat Nimble Noble Open Patient Peaceful Playful Polite Quick Quiet
    Ready Roaming Serene Silver Sincere Singing Smiling Steady Sunny Thoughtful Tidy Trusty Warm Wise Witty Zesty
    """.split()
)

BEARERS = tuple(
    """
    Acorn Alder Anchor Aspen Badger Beacon Beaver Birch Bramble Breeze Brook Cedar Cloud Clover Comet Compass Coral
    Crane Cricket Curlew Daisy Dolphin Elm Falcon Fern Finch Firefly Fox Garden Harbour Hare Harvest Hazel Heather
    Heron Ibis Island Ivy Kestrel Kite Lantern Lark Linden Lynx Magpie Maple Marten Meadow Moth Orchard Otter Owl
    Pebble Pine Plover Puffin Quill River Robin Rowan Sail Sparrow Squirrel Starling Stork Sunrise Swift Thistle
    Thrush Turtle Valley Violet Willow Wren
    """.split()
)
