use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};

use super::*;

fn open() -> (tempfile::TempDir, Blobs) {
    let directory = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(directory.path(), Durability::Power).unwrap();
    (directory, blobs)
}

async fn store(blobs: &Blobs, bytes: &[u8]) -> Stored {
    let mut upload = blobs.begin();
    for chunk in bytes.chunks(10_000) {
        upload.write(chunk).await.unwrap();
    }
    upload.finish().await.unwrap()
}

async fn load(blobs: &Blobs, key: BlobKey) -> Option<Vec<u8>> {
    let download = blobs.read(key).await.unwrap()?;
    let length = download.length;
    let mut stream = Box::pin(download.into_stream());
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(bytes.len() as u64, length);
    Some(bytes)
}

fn left_in(directory: &Path) -> usize {
    let shards = std::fs::read_dir(directory).unwrap().map(|shard| shard.unwrap().path());
    shards.map(|shard| std::fs::read_dir(shard).unwrap().count()).sum()
}

#[tokio::test]
async fn what_is_written_is_read_back_with_its_size_and_digest() {
    let (_directory, blobs) = open();
    for length in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 7] {
        let bytes: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        let stored = store(&blobs, &bytes).await;
        assert_eq!(stored.size, length as u64);
        assert_eq!(stored.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!(load(&blobs, stored.key).await.unwrap(), bytes, "{length}");
    }
}

#[tokio::test]
async fn an_upload_given_up_leaves_nothing() {
    let (directory, blobs) = open();
    let mut upload = blobs.begin();
    upload.write(&vec![7; 2 * PIECE_BYTES]).await.unwrap();
    assert_eq!(left_in(directory.path()), 1, "it is staged");
    drop(upload);
    for _ in 0..100 {
        if left_in(directory.path()) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the staged file is still there");
}

#[tokio::test]
async fn a_removed_file_is_gone_and_removing_it_again_is_nothing() {
    let (_directory, blobs) = open();
    let stored = store(&blobs, b"binaire").await;
    blobs.remove(stored.key).await.unwrap();
    blobs.remove(stored.key).await.unwrap();
    assert_eq!(load(&blobs, stored.key).await, None);
}

#[tokio::test]
async fn strays_are_swept_and_known_files_kept() {
    let (directory, blobs) = open();
    let known = store(&blobs, b"connu").await;
    store(&blobs, b"inconnu").await;
    let mut staged = blobs.begin();
    staged.write(&vec![7; PIECE_BYTES]).await.unwrap();
    // As a killed hub leaves it: staged, and nobody to clean up.
    std::mem::forget(staged);
    let later = SystemTime::now() + Duration::from_secs(60);
    let earlier = SystemTime::now() - Duration::from_secs(60);
    assert_eq!(
        blobs.sweep(HashSet::from([known.key]), earlier).await.unwrap(),
        0,
        "what this hub wrote itself stays"
    );
    assert_eq!(blobs.sweep(HashSet::from([known.key]), later).await.unwrap(), 2);
    assert_eq!(left_in(directory.path()), 1);
    assert_eq!(load(&blobs, known.key).await.unwrap(), b"connu");
}
