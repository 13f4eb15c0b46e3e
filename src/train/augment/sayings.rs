//! What sites say of themselves, written for this crate: the made-up pages take their notices and imprints from here.

use crate::noise::Label;

/// A site's messages about itself, in full sentences as stories are: by language, label and sentence.
pub(super) const NOTICES: [(&str, Label, &[&str]); 30] = [
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

/// What publishers say of themselves at the foot of every page, by language.
pub(super) const IMPRINTS: [(&str, &str); 26] = [
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
