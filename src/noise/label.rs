//! The fourteen labels of blocks and the three kinds of pages.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The name in lower case, as in JSON and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(s: &str) -> Result<Self, Error> {
                match s {
                    $($text => Ok($name::$variant),)*
                    _ => Err(Error::setting(
                        concat!($what, " must be one of ", $($text, " ",)* "(lower case)"), format!("`{s}`"))),
                }
            }
        }
    };
}

named! {
/// What a block of a page is.
///
/// [`Title`](Label::Title), [`Body`](Label::Body) and [`Subhead`](Label::Subhead) are the story; all others are noise.
Label, "label", {
    /// Headline of the page's main story, and a deck directly under it.
    Title = "title",
    /// Paragraph, list item or quotation of the main story.
    Body = "body",
    /// Heading inside the main story.
    Subhead = "subhead",
    /// Caption, credit or title of a photo, graphic, video or gallery.
    Caption = "caption",
    /// Headline or summary of another story.
    Teaser = "teaser",
    /// Link that announces itself: "Read more: ...".
    Related = "related",
    /// Newsletter, subscription, app, donation, advertisement, paywall notice.
    Promo = "promo",
    /// Author, agency credit, sign-off, author's biography.
    Byline = "byline",
    /// Date, time, "last updated", reading time alone.
    Date = "date",
    /// Menu, section, breadcrumb, tags, site name, heading of a list of other stories.
    Nav = "nav",
    /// Share, like, print, counts, player text, polls, weather, search.
    Widget = "widget",
    /// Copyright, terms, privacy, cookies, imprint.
    Legal = "legal",
    /// Readers' comments and the form for them.
    Comment = "comment",
    /// Anything else that is not the story.
    Other = "other",
}}

impl Label {
    /// Whether the label belongs to the story: title, body or subhead.
    pub fn is_story(self) -> bool {
        matches!(self, Label::Title | Label::Body | Label::Subhead)
    }
}

named! {
/// What a page as a whole is.
PageKind, "page kind", {
    /// A page with a main story.
    Story = "story",
    /// Teasers of several stories, no main story.
    Listing = "listing",
    /// Nothing that reads as a story.
    Empty = "empty",
}}
