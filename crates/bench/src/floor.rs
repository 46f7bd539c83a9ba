//! The floors: an HTTP server that does nothing, one that verifies one signature a request, and fsync.

use std::io::{Seek, SeekFrom, Write};
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use axum::Router;
use axum::extract::State;
use axum::routing::get;

type Signed = (Vec<u8>, Vec<u8>);

const MESSAGE: [u8; 69] = [7; 69];

fn make_signed() -> Result<Signed, String> {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
        .map_err(|cause| cause.to_string())?;
    let signature = pair
        .sign(&random, &MESSAGE)
        .map_err(|cause| cause.to_string())?;
    Ok((
        pair.public_key().as_ref().to_vec(),
        signature.as_ref().to_vec(),
    ))
}

fn verify((key, signature): &Signed) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key)
        .verify(&MESSAGE, signature)
        .is_ok()
}

/// ES256 verifications per second in this thread, key parsed from bytes each time.
pub(crate) fn measure_verify(seconds: f64) -> Result<f64, String> {
    let signed = make_signed()?;
    let (started, mut count) = (Instant::now(), 0u32);
    while started.elapsed().as_secs_f64() < seconds {
        if !verify(&signed) {
            return Err("the floor's own signature does not verify".to_owned());
        }
        count += 1;
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

/// fdatasync per second after a 4 KiB append, in a file of the folder for temporary files.
pub(crate) fn measure_sync(seconds: f64) -> Result<f64, String> {
    let mut file = tempfile::tempfile().map_err(|cause| cause.to_string())?;
    let page = [1u8; 4096];
    let (started, mut count) = (Instant::now(), 0u32);
    while started.elapsed().as_secs_f64() < seconds {
        file.write_all(&page)
            .and_then(|()| file.sync_data())
            .map_err(|cause| cause.to_string())?;
        count += 1;
        if count % 4096 == 0 {
            file.seek(SeekFrom::Start(0))
                .map_err(|cause| cause.to_string())?;
        }
    }
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}

/// Serves `/` (nothing) and `/verify` (one verification) until it is ended.
pub(crate) fn serve() -> Result<(), String> {
    let runtime = crate::serve::make_runtime()?;
    runtime.block_on(async {
        let signed = std::sync::Arc::new(make_signed()?);
        let app = Router::new()
            .route("/", get(async || "ok").post(async || "ok"))
            .route(
                "/verify",
                get(
                    async |State(signed): State<std::sync::Arc<Signed>>| {
                        if verify(&signed) { "ok" } else { "no" }
                    },
                ),
            )
            .with_state(signed);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|cause| cause.to_string())?;
        println!(
            "ready {}",
            listener
                .local_addr()
                .map_err(|cause| cause.to_string())?
                .port()
        );
        axum::serve(listener, app)
            .await
            .map_err(|cause| cause.to_string())
    })
}
