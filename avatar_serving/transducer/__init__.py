"""Speech recognition that goes on where it stopped: a cache-aware FastConformer with a transducer.

The networks are those of transformers (Nemotron 3.5 ASR); here they are stepped for utterances of
many sessions at once, each with a past of its own.
"""
