//! Which site a page comes from.

use std::path::Path;

/// The host of an address, or a host alone, without `www.` and in lower case. None where the text can be neither.
pub fn of_address(address: &str) -> Option<String> {
    let address = address.trim();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => host,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty() && !host.contains(char::is_whitespace)).then(|| host.to_owned())
}

/// The site of a file below the directory that was given, which is the component number `below - 1` of `path`: the first
/// folder that is named like a host, the given directory included; where none is, the first folder below the given one;
/// where there is none either, the given directory.
pub fn of_path(path: &Path, below: usize) -> Option<String> {
    let folders: Vec<String> = path
        .parent()?
        .components()
        .skip(below.saturating_sub(1))
        .map(|component| component.as_os_str().to_string_lossy().into_owned())
        .collect();
    let named = folders.iter().find(|folder| is_host(folder));
    let host = named.and_then(|folder| of_address(folder));
    host.or_else(|| folders.get(1).or(folders.first()).cloned())
}

/// Whether a folder is named like a host: labels between dots, the last one of letters.
fn is_host(name: &str) -> bool {
    let top = name.rsplit('.').next().unwrap_or_default();
    let label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    name.contains('.')
        && name.split('.').all(label)
        && top.chars().count() >= 2
        && top.chars().all(|c| c.is_alphabetic() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_addresses() {
        for (address, host) in [
            (
                "https://www.Harbour.example/news/1?x=y",
                Some("harbour.example"),
            ),
            ("harbour.example", Some("harbour.example")),
            ("harbour.example/news", Some("harbour.example")),
            ("//harbour.example:8080/", Some("harbour.example")),
            (
                "http://user:word@harbour.example./",
                Some("harbour.example"),
            ),
            ("http://[::1]:80/x", Some("[::1]")),
            ("https:///x", None),
            ("", None),
            ("no host at all", None),
        ] {
            assert_eq!(of_address(address).as_deref(), host, "{address}");
        }
    }

    #[test]
    fn sites_of_paths() {
        for (path, below, site) in [
            (
                "crawl/harbour.example/news/a.txt",
                1,
                Some("harbour.example"),
            ),
            (
                "crawl/2026/www.harbour.example/a.txt",
                1,
                Some("harbour.example"),
            ),
            ("crawl/harbour/news/a.txt", 1, Some("harbour")),
            ("harbour.example/news/a.txt", 1, Some("harbour.example")),
            ("crawl/a.txt", 1, Some("crawl")),
            ("data.v2/harbour/a.txt", 1, Some("harbour")),
            ("a.txt", 0, None),
            ("./a.txt", 1, Some(".")),
        ] {
            assert_eq!(of_path(Path::new(path), below).as_deref(), site, "{path}");
        }
    }
}
