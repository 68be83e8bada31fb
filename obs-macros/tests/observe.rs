use obs_runtime::observe;

#[observe]
fn unit() {}

#[observe]
fn fallible(n: u8) -> Result<u8, String> {
    if n > 3 {
        return Err("too many".to_owned());
    }
    Ok(n)
}

#[observe]
async fn wait(n: u8, s: String) -> Result<u8, String> {
    let n = fallible(n)?;
    Ok(n + s.len() as u8)
}

#[test]
fn works() {
    unit();
    fallible(1).unwrap();
    fallible(4).unwrap_err();
    drop(wait(1, String::new()));
    println!("{:#?}", obs_runtime::catalogue());
    println!("{:#?}", obs_runtime::snapshot());
}
