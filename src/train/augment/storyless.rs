//! Pages without a story, and what such pages show that a page with a story shows too.

use super::items::Items;
use super::teasers;
use crate::noise::{Label, PageKind};
use crate::train::example::{Donors, Example, Story, Target, is_body, only, side};
use crate::train::rng::Rng;

/// A page of other stories' openings, all of one form.
pub(super) fn listing(donors: &Donors, language: &str, rng: &mut Rng) -> Example {
    let mut p = Example::blank(PageKind::Listing);
    let frames = &donors.frames[usize::from(rng.chance(0.5))];
    let frame = rng.pick(frames).filter(|_| rng.chance(0.5));
    match frame {
        Some(frame) => extend(&mut p, last(&frame.head, rng.below(40))),
        None => furniture(&mut p, donors, rng, 12),
    }
    let items = Items::draw(language, rng);
    // One subject: the paragraphs of one story, each posing as the opening of its own.
    let subject = if rng.chance(0.3) {
        let from = rng.below(donors.stories.len());
        donors.stories.iter().skip(from).find(|s| s.body.len() > 8)
    } else {
        None
    };
    for k in 0..rng.between(4, 24) {
        let part = subject.map(|s| Story {
            headline: None,
            body: s.body[k % s.body.len()..].to_vec(),
        });
        let Some(story) = part.as_ref().or_else(|| rng.pick(&donors.stories)) else {
            break;
        };
        extend(&mut p, &items.of(story, donors, rng));
    }
    match frame {
        Some(frame) => extend(&mut p, &frame.tail[..frame.tail.len().min(rng.below(40))]),
        None => furniture(&mut p, donors, rng, 12),
    }
    p
}

/// A page with a story patched together, of a language that may have no page of its own: else whatever is of such a language
/// would be a listing or a notice.
pub(super) fn patched(donors: &Donors, rng: &mut Rng) -> Example {
    let mut p = Example::blank(PageKind::Story);
    furniture(&mut p, donors, rng, 20);
    if let Some(head) = rng.pick(&donors.heads).filter(|_| rng.chance(0.8)) {
        p.push(head.clone(), only(Label::Title));
    }
    if let Some(date) = rng.pick(&donors.dates).filter(|_| rng.chance(0.5)) {
        p.push(date.clone(), only(Label::Date));
    }
    let mut left = rng.between(2, 14);
    while left > 0 {
        let Some(story) = rng.pick(&donors.stories) else {
            break;
        };
        for paragraph in story.body.iter().take(left) {
            p.push(paragraph.clone(), only(Label::Body));
            left -= 1;
        }
        if left > 1 && rng.chance(0.1) {
            extend(
                &mut p,
                rng.pick(&donors.inserts).map_or(&[], std::slice::from_ref),
            );
        }
    }
    furniture(&mut p, donors, rng, 20);
    if rng.chance(0.3) {
        teasers(&mut p, donors, rng);
    }
    p
}

/// A page of furniture only: walls, errors, menus.
pub(super) fn empty(donors: &Donors, language: &str, rng: &mut Rng) -> Example {
    let mut p = Example::blank(PageKind::Empty);
    let notice = rng.chance(0.5);
    if notice {
        notices(&mut p, language, 0, rng);
    }
    if rng.chance(0.15) {
        disclaim(&mut p, language, donors, rng);
    }
    if p.lines.is_empty() || rng.chance(0.5) {
        let mut around = Example::blank(PageKind::Empty);
        while around.lines.is_empty() && !donors.noise.is_empty() {
            furniture(&mut around, donors, rng, 30);
        }
        let at = rng.below(around.lines.len() + 1);
        for (k, (line, target)) in p.lines.drain(..).zip(p.targets.drain(..)).enumerate() {
            around.insert(at + k, line, target);
        }
        p = around;
    }
    p
}

/// A notice or a script in a page that has a story.
pub(super) fn intrude(p: &mut Example, rng: &mut Rng) {
    let Some(first) = p.targets.iter().position(|&t| is_body(t)) else {
        return;
    };
    let last = p.targets.iter().rposition(|&t| is_body(t)).unwrap_or(first);
    let at = [
        rng.below(first + 1),
        rng.between(first + 1, last + 1),
        last + 1,
    ][rng.below(3)];
    notices(p, &p.language.clone(), at, rng);
}

/// What publishers say of themselves at the foot of every page, by language.
const IMPRINTS: [(&str, &str); 26] = [
    (
        "en",
        "This newspaper belongs to Northlight Press Limited, registered in Ashcombe under number 40771.",
    ),
    ("en", "Registered office: 9 Quay Lane, Ashcombe."),
    (
        "en",
        "Opinions expressed here are those of their authors and need not be shared by the publisher.",
    ),
    (
        "en",
        "Nothing on this site is meant as financial, legal or medical advice, and nobody should act on it without asking a professional.",
    ),
    ("en", "The value of investments can fall as well as rise."),
    (
        "en",
        "Quotes are supplied by third parties and may be delayed; we do not warrant that they are complete or correct.",
    ),
    (
        "en",
        "We may earn a commission when you buy through links on our site, at no cost to you.",
    ),
    (
        "en",
        "No part of this website may be copied, stored or passed on in any form without the prior consent of the owner.",
    ),
    (
        "en",
        "The company and its staff are not liable for any loss that comes from relying on what is published here.",
    ),
    (
        "en",
        "Complaints about our journalism can be made under the editors' code of practice.",
    ),
    (
        "en",
        "Gambling can be addictive, please play responsibly; you must be eighteen or older.",
    ),
    (
        "en",
        "All trademarks are the property of their respective owners.",
    ),
    (
        "de",
        "Herausgeber ist die Nordlicht Verlag GmbH, Sitz Aschheim, Handelsregister 40771.",
    ),
    (
        "de",
        "Alle Angaben ohne Gewähr; für die Inhalte verlinkter Seiten sind deren Betreiber verantwortlich.",
    ),
    (
        "de",
        "Namentlich gekennzeichnete Beiträge geben nicht unbedingt die Meinung der Redaktion wieder.",
    ),
    (
        "de",
        "Jede Verwertung, die nicht ausdrücklich vom Urheberrecht zugelassen ist, bedarf der vorherigen Zustimmung des Verlags.",
    ),
    (
        "de",
        "Die Informationen auf dieser Seite stellen keine Anlageberatung dar und ersetzen keinen Besuch beim Arzt.",
    ),
    ("de", "Börsenkurse werden zeitverzögert angezeigt."),
    (
        "fr",
        "Ce site est édité par la société Lumière du Nord, au capital de 40 000 euros, inscrite au registre du commerce.",
    ),
    (
        "fr",
        "Les propos tenus dans nos colonnes n’engagent que leurs auteurs.",
    ),
    (
        "es",
        "Este medio no se hace responsable de las opiniones vertidas por sus colaboradores.",
    ),
    (
        "es",
        "Queda prohibida la reproducción total o parcial de los contenidos sin autorización expresa.",
    ),
    (
        "pl",
        "Wydawca nie ponosi odpowiedzialności za treść reklam i ogłoszeń.",
    ),
    (
        "ru",
        "Редакция не несёт ответственности за достоверность информации, содержащейся в рекламных объявлениях.",
    ),
    (
        "zh",
        "本网站所刊载信息仅供参考，不构成任何投资建议，未经书面授权不得转载。",
    ),
    (
        "tr",
        "Burada yer alan bilgiler yatırım danışmanlığı kapsamında değildir; izinsiz ve kaynak gösterilmeden kullanılamaz.",
    ),
];

/// A paragraph of legal sentences at the foot of a page.
pub(super) fn disclaim(p: &mut Example, language: &str, donors: &Donors, rng: &mut Rng) {
    let own = IMPRINTS.iter().filter(|(code, _)| *code == language);
    let own: Vec<&str> = own.map(|&(_, text)| text).collect();
    let sentences: Vec<&str> = donors
        .noise
        .iter()
        .filter(|(line, target)| *target == only(Label::Legal) && line.chars().count() > 40)
        .map(|(line, _)| line.as_str())
        .collect();
    let some: Vec<&str> = (0..rng.between(2, 7))
        .filter_map(|_| {
            let from = if rng.chance(0.6) && !own.is_empty() {
                &own
            } else {
                &sentences
            };
            rng.pick(from).copied()
        })
        .collect();
    if !some.is_empty() {
        let at = p.lines.len() - rng.below(4).min(p.lines.len());
        let at = at.max(
            p.targets
                .iter()
                .rposition(|&t| is_body(t))
                .map_or(0, |last| last + 1),
        );
        p.insert(at, some.join(" "), only(Label::Legal));
    }
}

/// A site's messages about itself, in full sentences as stories are: by language, label and sentence.
const NOTICES: [(&str, Label, &[&str]); 30] = [
    (
        "en",
        Label::Widget,
        &[
            "Your browser is too old to show this page the way it was meant.",
            "Please install a current version, or allow scripts for this site and load the page again.",
            "If you keep seeing this message, the video can also be watched in our app.",
        ],
    ),
    (
        "en",
        Label::Widget,
        &[
            "We noticed unusual traffic coming from your network and want to make sure that you are a person.",
            "This can happen when a browser extension blocks our scripts, when many people share one address, or when pages are opened very fast.",
            "Tick the box below to go on to the site you asked for.",
            "If you believe that this is a mistake, write to our help desk and quote the number shown underneath.",
        ],
    ),
    (
        "en",
        Label::Widget,
        &[
            "You are leaving this site for a page that we do not run.",
            "If you would rather stay, close this window or go back to where you came from.",
        ],
    ),
    (
        "en",
        Label::Other,
        &[
            "Sorry, we could not find the page you were looking for.",
            "It may have been moved during our redesign, or the address may have been typed wrongly.",
            "Try the search above, start again from the front page, or tell us about the broken link.",
        ],
    ),
    (
        "en",
        Label::Other,
        &[
            "Something went wrong on our side and the page could not be loaded.",
            "Our engineers have been told about it; please try again in a few minutes.",
        ],
    ),
    (
        "en",
        Label::Other,
        &[
            "This article is no longer available because the licence of its agency has run out.",
            "Older reports can be ordered from our archive.",
        ],
    ),
    (
        "en",
        Label::Other,
        &[
            "There is nothing here yet.",
            "Check back soon for the latest updates on this subject.",
        ],
    ),
    (
        "en",
        Label::Promo,
        &[
            "You have read all of your free articles for this month.",
            "Subscribe today to keep reading; the first four weeks cost less than a cup of coffee, and you can cancel whenever you like.",
            "Are you already a member? Sign in to continue.",
        ],
    ),
    (
        "en",
        Label::Promo,
        &[
            "This content is for subscribers only.",
            "Our journalists depend on readers who pay for their work.",
            "Choose a plan that suits you and support reporting from your own town.",
        ],
    ),
    (
        "en",
        Label::Promo,
        &[
            "Join the conversation and follow our station on all of its channels!",
            "Wake up with our morning team at five, and send us your pictures of the weather.",
        ],
    ),
    (
        "en",
        Label::Legal,
        &[
            "We and our partners store information on your device to measure how the site is used and to show you advertisements.",
            "You can change your choice at any time under the link at the foot of every page.",
            "Some partners process your data without asking because they hold that their interest is legitimate; you may object to this.",
        ],
    ),
    (
        "en",
        Label::Legal,
        &[
            "The station keeps a public file that everybody may read.",
            "Visitors with disabilities who need help with it can call the number below.",
        ],
    ),
    (
        "en",
        Label::Comment,
        &[
            "Comments are closed on this page.",
            "Please keep it clean, do not threaten anybody, and use the button to report abuse.",
        ],
    ),
    (
        "en",
        Label::Widget,
        &[
            "Cloudy with a chance of rain towards evening, lows near 40.",
            "Winds from the west at 10 to 15 miles an hour, mostly clear after midnight.",
        ],
    ),
    (
        "de",
        Label::Widget,
        &[
            "Um dieses Video zu sehen, erlauben Sie bitte JavaScript und verwenden Sie einen aktuellen Browser.",
            "Wir haben ungewöhnlich viele Anfragen aus Ihrem Netz erhalten und möchten sichergehen, dass Sie ein Mensch sind.",
        ],
    ),
    (
        "de",
        Label::Other,
        &[
            "Die gewünschte Seite wurde leider nicht gefunden.",
            "Möglicherweise wurde sie verschoben, oder die Adresse enthält einen Tippfehler.",
        ],
    ),
    (
        "de",
        Label::Promo,
        &[
            "Dieser Beitrag ist nur für Abonnenten vollständig zugänglich.",
            "Testen Sie unser digitales Angebot vier Wochen lang kostenlos; Sie können jederzeit kündigen.",
        ],
    ),
    (
        "de",
        Label::Legal,
        &[
            "Mit Ihrer Zustimmung verwenden wir und unsere Partner Cookies, um die Nutzung der Seite zu messen und Werbung zu zeigen.",
            "Ihre Auswahl können Sie jederzeit am Ende der Seite ändern.",
        ],
    ),
    (
        "fr",
        Label::Legal,
        &[
            "Nos partenaires et nous déposons des cookies afin de mesurer l’audience et de vous proposer des publicités adaptées.",
            "Vous pouvez modifier vos choix à tout moment.",
        ],
    ),
    (
        "fr",
        Label::Promo,
        &[
            "La suite de cet article est réservée à nos abonnés.",
            "Abonnez-vous dès maintenant, sans engagement de durée.",
        ],
    ),
    (
        "es",
        Label::Other,
        &[
            "La página que busca no existe o ha cambiado de dirección.",
            "Vuelva a la portada o utilice nuestro buscador.",
        ],
    ),
    (
        "es",
        Label::Promo,
        &[
            "Ha alcanzado el límite de artículos gratuitos de este mes.",
            "Inicie sesión o suscríbase para seguir leyendo.",
        ],
    ),
    (
        "it",
        Label::Promo,
        &[
            "Questo contenuto è riservato agli abbonati.",
            "Accedi con il tuo profilo oppure scegli l’offerta che fa per te.",
        ],
    ),
    (
        "pt",
        Label::Other,
        &[
            "A página que você procura não foi encontrada.",
            "Ela pode ter sido removida ou o endereço está errado.",
        ],
    ),
    (
        "pl",
        Label::Legal,
        &[
            "Nasz serwis zapisuje na Twoim urządzeniu pliki cookie, aby mierzyć ruch i dopasowywać reklamy.",
            "Zgodę możesz wycofać w każdej chwili.",
        ],
    ),
    (
        "pl",
        Label::Other,
        &[
            "Nie znaleziono strony, której szukasz.",
            "Być może adres zawiera błąd albo artykuł został usunięty.",
        ],
    ),
    (
        "ru",
        Label::Other,
        &[
            "Запрошенная вами страница не найдена.",
            "Возможно, она была удалена или в адресе допущена ошибка.",
        ],
    ),
    (
        "el",
        Label::Other,
        &[
            "Η σελίδα που ζητήσατε δεν βρέθηκε.",
            "Ενδέχεται να έχει μετακινηθεί ή να υπάρχει λάθος στη διεύθυνση.",
        ],
    ),
    (
        "tr",
        Label::Other,
        &[
            "Aradığınız sayfa bulunamadı.",
            "Sayfa kaldırılmış ya da adresi değiştirilmiş olabilir.",
        ],
    ),
    (
        "zh",
        Label::Other,
        &[
            "抱歉，您访问的页面不存在或已被删除。",
            "请检查网址是否正确，或返回首页继续浏览。",
        ],
    ),
];

/// Some of the notices from block `at` on, or a script that lost its element.
fn notices(p: &mut Example, language: &str, at: usize, rng: &mut Rng) {
    let of_language = |n: &&(&str, Label, &[&str])| language.is_empty() || n.0 == language;
    let notices: Vec<_> = NOTICES.iter().filter(of_language).collect();
    let mut blocks: Vec<(String, Target)> = Vec::new();
    if rng.chance(0.2) {
        for _ in 0..rng.between(1, 4) {
            blocks.push((script(rng), side(Label::Widget)));
        }
    } else if let Some((_, label, sentences)) = rng.pick(&notices) {
        let from = rng.below(sentences.len());
        let count = rng.between(1, sentences.len() - from);
        let sentences = &sentences[from..from + count];
        if rng.chance(0.4) {
            blocks.push((sentences.join(" "), only(*label)));
        } else {
            blocks.extend(sentences.iter().map(|s| (s.to_string(), only(*label))));
        }
    }
    for (k, (line, target)) in blocks.into_iter().enumerate() {
        p.insert(at + k, line, target);
    }
}

const NAMES: [&str; 12] = [
    "slot",
    "adUnit",
    "config",
    "tracker",
    "player",
    "container",
    "pixel",
    "widgetId",
    "callback",
    "target",
    "loader",
    "page",
];

/// A line of a script or style, as it stands in pages whose markup was stripped carelessly.
fn script(rng: &mut Rng) -> String {
    let mut name = || {
        let [a, b] = [rng.below(NAMES.len()), rng.below(NAMES.len())];
        let number = rng.below(90);
        match rng.below(3) {
            0 => NAMES[a].to_string(),
            1 => format!("{}_{}", NAMES[a], NAMES[b]),
            _ => format!("{}{number}", NAMES[a]),
        }
    };
    let mut line = String::new();
    let statements = [name(), name(), name(), name()];
    for (k, name) in statements.iter().enumerate() {
        let other = &statements[(k + 1) % statements.len()];
        let statement = match rng.below(8) {
            0 => format!("var {name} = document.getElementById('{other}');"),
            1 => {
                format!("if ({name} && {other}.length > 0) {{ {name}.push({{'{other}': true}}); }}")
            }
            2 => format!("window.{name} = window.{name} || [];"),
            3 => format!("function {name}({other}) {{ return {other}.innerHTML; }}"),
            4 => format!(
                ".{name} {{ display: none; margin: 0 auto; width: {}px; }}",
                rng.below(900)
            ),
            5 => format!("'; {name} += '<div id=\"{other}\">'; {name} += '';"),
            6 => format!(
                "}} else {{ {name}('{other}', {}); }} /* {other} */",
                rng.below(9999)
            ),
            _ => format!(
                "<a href=\"/{name}/{other}-{}\" title=\"{other}\">",
                rng.below(9999)
            ),
        };
        line.push_str(&statement);
        line.push(' ');
        if rng.chance(0.3) {
            break;
        }
    }
    line.trim_end().to_string()
}

/// Up to `most` blocks of furniture in their order on some page.
fn furniture(p: &mut Example, donors: &Donors, rng: &mut Rng, most: usize) {
    let mut left = rng.below(most + 1);
    while left > 0 {
        let run = rng.between(1, 8).min(left);
        let from = rng.below(donors.noise.len().saturating_sub(run).max(1));
        extend(p, &donors.noise[from..donors.noise.len().min(from + run)]);
        left -= run;
    }
}

fn extend(p: &mut Example, blocks: &[(String, Target)]) {
    for (line, target) in blocks {
        p.push(line.clone(), *target);
    }
}

fn last<T>(items: &[T], count: usize) -> &[T] {
    &items[items.len().saturating_sub(count)..]
}
