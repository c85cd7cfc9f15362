"""How translations stand and who may write them: what editors see of wagtail-localize's books."""
