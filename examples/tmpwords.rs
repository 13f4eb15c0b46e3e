use newsift::text::Words;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&a[1]).unwrap();
    let n: usize = a[2].parse().unwrap();
    let mut w = Words::new();
    let mut pages = vec![];
    let mut s = 0;
    while s < text.len() {
        let mut e = (s + 4000).min(text.len());
        while !text.is_char_boundary(e) {
            e -= 1;
        }
        pages.push(&text[s..e]);
        s = e;
    }
    let mut best = f64::MAX;
    let mut c = 0;
    for _ in 0..n {
        let t = std::time::Instant::now();
        c = 0;
        for p in &pages {
            w.read(p);
            c += w.len();
        }
        best = best.min(t.elapsed().as_secs_f64());
    }
    println!(
        "{} bytes {} words {:.0} MB/s {:.2} ns/word",
        text.len(),
        c,
        text.len() as f64 / best / 1e6,
        best * 1e9 / c as f64
    );
}
