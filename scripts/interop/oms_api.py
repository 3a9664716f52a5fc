"""What the command of model_signing can't: other hashes and shards, and a hash taken from the statement.

usage: oms_api.py sign KEY MODEL SIGNATURE files|shards sha256|blake2|blake3
       oms_api.py verify PUBLIC_KEY MODEL SIGNATURE
"""
import sys

import model_signing

SHARD = 1_000_000

command, key, model, signature, *how = sys.argv[1:]
if command == "sign":
    method, algorithm = how
    config = model_signing.hashing.Config()
    if method == "shards":
        config.use_shard_serialization(hashing_algorithm=algorithm, shard_size=SHARD)
    else:
        config.use_file_serialization(hashing_algorithm=algorithm)
    config.set_ignored_paths(paths=[])
    model_signing.signing.Config().use_elliptic_key_signer(private_key=key).set_hashing_config(config).sign(model, signature)
else:
    model_signing.verifying.Config().use_elliptic_key_verifier(public_key=key).verify(model, signature)
